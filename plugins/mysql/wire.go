package mysql

import (
	"bufio"
	"context"
	"encoding/binary"
	"io"
	"net"
	"strings"
	"time"

	"github.com/go-sql-driver/mysql"
)

// wire is a connection of which the plugin reads rows by itself, past the driver, which allocates for each value of a row. The driver connects,
// sends statements, and reads all packets of a result but its rows. For that it is given one packet at a time, so that it has
// never read a row ahead; and the packet that ends the rows is left to it.
type wire struct {
	net.Conn
	reader   *bufio.Reader
	left     int    // of the packet that the driver reads
	held     int    // of the row that was given last
	long     []byte // a row that is longer than the reader's buffer
	sequence int    // the number that the driver expects of the next packet; -1: that of the first row
}

const (
	wireBuffer   = 64 << 10
	longestFrame = 1<<24 - 1 // a packet goes on in another frame where one is that long
)

// dialWire makes the wire for config, or nil where rows must come through the driver: what TLS or compression carry, it unpacks.
func dialWire(config *mysql.Config) (w *wire, dial func(context.Context, string, string) (net.Conn, error)) {
	w = &wire{}
	if config.TLS != nil || config.TLSConfig != "" && config.TLSConfig != "false" || strings.Contains(config.FormatDSN(), "compress=true") {
		w = nil
	}
	return w, func(ctx context.Context, network, address string) (net.Conn, error) {
		var d net.Dialer
		conn, err := d.DialContext(ctx, network, address)
		if err != nil || w == nil {
			return conn, err
		}
		w.Conn, w.reader = conn, bufio.NewReaderSize(timed{conn, config.ReadTimeout}, wireBuffer)
		return w, nil
	}
}

// timed sets the deadline that the driver would set for each of its reads.
type timed struct {
	net.Conn
	timeout time.Duration
}

func (t timed) Read(p []byte) (int, error) {
	if t.timeout > 0 {
		if err := t.SetReadDeadline(time.Now().Add(t.timeout)); err != nil {
			return 0, err
		}
	}
	return t.Conn.Read(p)
}

// Read is the driver's. It never goes beyond the end of a packet.
func (w *wire) Read(p []byte) (int, error) {
	if w.left == 0 {
		header, err := w.reader.Peek(4)
		if err != nil {
			return 0, err
		}
		w.left = 4 + frame(header)
	}
	n, err := w.reader.Read(p[:min(len(p), w.left)])
	w.left -= n
	return n, err
}

func frame(header []byte) int { return int(header[0]) | int(header[1])<<8 | int(header[2])<<16 }

// row is the packet of the next row, valid until the next call; nil where the packet is not a row, and the driver is to read it.
func (w *wire) row() ([]byte, error) {
	if _, err := w.reader.Discard(w.held); err != nil {
		return nil, err
	}
	w.held = 0
	packet, err := w.reader.Peek(4)
	if err != nil {
		return nil, err
	}
	if w.sequence < 0 {
		w.sequence = int(packet[3])
	}
	n := frame(packet)
	if n > 0 {
		if packet, err = w.reader.Peek(5); err != nil {
			return nil, err
		}
	}
	if n == 0 || packet[4] == 0xff || packet[4] == 0xfe && n < longestFrame {
		packet[3] = byte(w.sequence) // rows that the driver has not seen have numbers, too
		return nil, nil
	}
	if 4+n > wireBuffer {
		return w.longRow()
	}
	if packet, err = w.reader.Peek(4 + n); err != nil {
		return nil, err
	}
	w.held = 4 + n
	return packet[4:], nil
}

func (w *wire) longRow() ([]byte, error) {
	w.long = w.long[:0]
	for {
		header, err := w.reader.Peek(4)
		if err != nil {
			return nil, err
		}
		n := frame(header)
		w.reader.Discard(4)
		at := len(w.long)
		if cap(w.long) < at+n {
			w.long = append(make([]byte, 0, at+n), w.long...)
		}
		w.long = w.long[:at+n]
		if _, err := io.ReadFull(w.reader, w.long[at:]); err != nil || n < longestFrame {
			return w.long, err
		}
	}
}

// split cuts a row into its values, nil for null. It reports whether they are just the row.
func split(row []byte, values [][]byte) bool {
	for i := range values {
		if len(row) == 0 {
			return false
		}
		n, head := uint64(row[0]), 1
		switch {
		case n < 0xfb:
		case n == 0xfb:
			values[i], row = nil, row[1:]
			continue
		case n == 0xfc && len(row) >= 3:
			n, head = uint64(binary.LittleEndian.Uint16(row[1:])), 3
		case n == 0xfd && len(row) >= 4:
			n, head = uint64(frame(row[1:4])), 4
		case n == 0xfe && len(row) >= 9:
			n, head = binary.LittleEndian.Uint64(row[1:]), 9
		default:
			return false
		}
		row = row[head:]
		if n > uint64(len(row)) {
			return false
		}
		values[i], row = row[:n:n], row[n:]
	}
	return len(row) == 0
}
