package wire

import (
	"encoding/binary"
	"io"
	"net"
)

// mostAhead is how large a frame may be to be read while the one before is still in use: more than one of larger ones would be held for nothing, because
// they take so long to make that nobody waits for their way.
const mostAhead = 2 << 20

// ahead reads the frames of a socket, at most one before it is asked for.
type ahead struct {
	conn   net.Conn
	frames chan socketFrame // closed after the last one
	free   chan *decoder    // those whose frame is not in use
	tooBig uint64           // the size that a frame may not have, if that ended the frames
	done   chan struct{}
}

// socketFrame is a frame in the memory of a decoder, or what went wrong instead.
type socketFrame struct {
	decoder *decoder
	bytes   []byte
	err     error
}

func newAhead(conn net.Conn, first *decoder) *ahead {
	a := &ahead{conn: conn, frames: make(chan socketFrame), free: make(chan *decoder, 2), done: make(chan struct{})}
	a.free <- first
	a.free <- newDecoder(first.columns)
	go a.read()
	return a
}

func (a *ahead) read() {
	defer close(a.frames)
	for {
		f := socketFrame{}
		if f.decoder = a.take(); f.decoder == nil {
			return
		}
		var head [8]byte
		_, f.err = io.ReadFull(a.conn, head[:])
		if f.err == nil {
			size := binary.LittleEndian.Uint64(head[:])
			if size == 0 {
				return
			}
			if size > maxFrame {
				a.tooBig = size
				return
			}
			if size > mostAhead && !a.alone(f.decoder) {
				return
			}
			f.bytes = f.decoder.buffer(int(size))
			_, f.err = io.ReadFull(a.conn, f.bytes)
		}
		select {
		case a.frames <- f:
		case <-a.done:
			return
		}
		if f.err != nil {
			return
		}
	}
}

// take waits for a decoder that is free. It is nil when nobody wants frames any more.
func (a *ahead) take() *decoder {
	select {
	case d := <-a.free:
		return d
	case <-a.done:
		return nil
	}
}

// alone waits until the frame before is not in use, and lets d have its memory.
func (a *ahead) alone(d *decoder) bool {
	other := a.take()
	if other == nil {
		return false
	}
	if cap(other.memory) > cap(d.memory) {
		d.memory = other.memory
	}
	other.memory = nil
	a.free <- other
	return true
}

// stop ends the reading, and the connection. Nothing reads any more when it returns.
func (a *ahead) stop() {
	close(a.done)
	a.conn.Close()
	for range a.frames { // until they are closed, which is the last that read does
	}
}
