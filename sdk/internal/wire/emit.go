package wire

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"net"

	"google.golang.org/grpc"
	"google.golang.org/grpc/mem"
	"google.golang.org/protobuf/encoding/protowire"

	"github.com/recon-lang/recon/sdk/batch"
)

// emitter sends batches to the host, in frames that are small enough.
type emitter struct {
	ctx  context.Context // of the read: what emit returns once the host wants no more
	send func(b *batch.Batch, from, to, size int) error
	rows int64 // emitted so far
}

func (e *emitter) emit(b *batch.Batch) error {
	if err := e.ctx.Err(); err != nil {
		return err
	}
	if b.Rows == 0 {
		return nil
	}
	if err := checkLengths(b); err != nil {
		return err
	}
	if err := e.part(b, 0, b.Rows); err != nil {
		if e.ctx.Err() != nil {
			return e.ctx.Err()
		}
		return err
	}
	e.rows += int64(b.Rows)
	return nil
}

// part sends rows from … to-1, in halves where they are too many.
func (e *emitter) part(b *batch.Batch, from, to int) error {
	size := frameSize(b, from, to)
	if size <= maxFrame && to-from <= maxRows {
		return e.send(b, from, to, size)
	}
	if to-from == 1 {
		return e.tooBig(b, from, size)
	}
	middle := from + (to-from+1)/2
	if err := e.part(b, from, middle); err != nil {
		return err
	}
	return e.part(b, middle, to)
}

func (e *emitter) tooBig(b *batch.Batch, row, size int) error {
	where := fmt.Sprintf("row %d of the read", e.rows+int64(row)+1)
	if b.FirstRow > 0 {
		where = fmt.Sprintf("row %d", b.FirstRow+int64(row))
	}
	if b.Origin != "" {
		where += " of " + b.Origin
	}
	f := &Failure{
		Structured: true,
		Message:    fmt.Sprintf("%s has %d bytes, and a row may have %d", where, size, maxFrame),
		Hint:       "leave out the columns that are not compared",
	}
	f.Text = f.Message
	return f
}

// streamSender sends frames over the gRPC stream of the read.
func streamSender(stream grpc.ServerStream) func(*batch.Batch, int, int, int) error {
	pool := mem.DefaultBufferPool()
	return func(b *batch.Batch, from, to, size int) error {
		var prefix [prefixBytes]byte
		head := protowire.AppendVarint(append(prefix[:0], batchField), uint64(size))
		buf := pool.Get(len(head) + size)
		copy(*buf, head)
		encode((*buf)[len(head):], b, from, to)
		return stream.SendMsg(&outgoing{mem.BufferSlice{mem.NewBuffer(buf, pool)}})
	}
}

// socketSender sends frames over the socket, each after its length in eight bytes.
func socketSender(conn net.Conn) func(*batch.Batch, int, int, int) error {
	var buf []byte
	return func(b *batch.Batch, from, to, size int) error {
		if cap(buf) < 8+size {
			buf = make([]byte, 8+size+size/4)
		}
		buf = buf[:8+size]
		binary.LittleEndian.PutUint64(buf, uint64(size))
		encode(buf[8:], b, from, to)
		_, err := conn.Write(buf)
		return err
	}
}

// encode writes the frame of rows from … to-1 of b, which has the size of dst.
func encode(dst []byte, b *batch.Batch, from, to int) {
	if frame := appendFrame(dst[:0:len(dst)], b, from, to); len(frame) != len(dst) {
		panic(fmt.Sprintf("the plugin emitted a batch with offsets out of order: %d bytes became %d", len(dst), len(frame)))
	}
}

// dialSocket connects to the host's socket and shows the token. Where that does not work the
// batches take the stream.
func dialSocket(ctx context.Context, path string, token []byte) (net.Conn, error) {
	if path == "" {
		return nil, errors.New("no socket offered")
	}
	conn, err := (&net.Dialer{Timeout: answerTime}).DialContext(ctx, "unix", path)
	if err != nil {
		return nil, err
	}
	if unix, ok := conn.(*net.UnixConn); ok {
		_ = unix.SetWriteBuffer(1 << 20) // the system may give less; it is a wish
	}
	if _, err := conn.Write(token); err != nil {
		conn.Close()
		return nil, err
	}
	return conn, nil
}
