package wire

import (
	"encoding/binary"
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/recon-lang/recon/sdk/batch"
	"github.com/recon-lang/recon/sdk/schema"
)

// oneText is the frame of a batch with one row, a text.
func oneText(s string) []byte {
	b := batch.NewBuilder(schema.Type{Kind: schema.String})
	b.Column(0).AppendString(s)
	b.EndRow()
	return frameOf(b.Batch(), 0, 1)
}

// sending writes frames to the far end of a connection as a plugin does, and counts those that went through.
func sending(t *testing.T, frames ...[]byte) (near net.Conn, sent func() int) {
	t.Helper()
	near, far := net.Pipe()
	t.Cleanup(func() { near.Close(); far.Close() })
	through := make(chan struct{}, len(frames))
	go func() {
		for _, f := range frames {
			if _, err := far.Write(append(binary.LittleEndian.AppendUint64(nil, uint64(len(f))), f...)); err != nil {
				return
			}
			through <- struct{}{}
		}
		far.Write(make([]byte, 8))
	}()
	return near, func() int { return len(through) }
}

func textDecoder() *decoder {
	return newDecoder([]schema.Column{{Name: "s", Type: schema.Type{Kind: schema.String}}})
}

// TestNextFrameIsReadAhead holds a frame: the plugin gets rid of the next one, the held one stays as it was, and a third waits.
func TestNextFrameIsReadAhead(t *testing.T) {
	conn, sent := sending(t, oneText("first"), oneText("other"), oneText("third"))
	a := newAhead(conn, textDecoder())
	defer a.stop()
	f := <-a.frames
	b, err := f.decoder.decode(f.bytes)
	if err != nil {
		t.Fatal(err)
	}
	for until := time.Now().Add(time.Minute); sent() < 2; time.Sleep(time.Millisecond) {
		if time.Now().After(until) {
			t.Fatal("the next frame was not read while the first was in use")
		}
	}
	time.Sleep(20 * time.Millisecond)
	if got := string(b.Columns[0].Raw(0)); got != "first" || sent() != 2 {
		t.Errorf("while it was in use the first frame became %q, and %d frames were read", got, sent())
	}
	var texts []string
	for a.free <- f.decoder; ; {
		f, ok := <-a.frames
		if !ok {
			break
		}
		b, err := f.decoder.decode(f.bytes)
		if err != nil {
			t.Fatal(err)
		}
		texts = append(texts, string(b.Columns[0].Raw(0)))
		a.free <- f.decoder
	}
	if got := strings.Join(texts, " "); got != "other third" {
		t.Errorf("got %s", got)
	}
}

// TestLargeFramesAreNotReadAhead holds one large frame at a time, in the same memory.
func TestLargeFramesAreNotReadAhead(t *testing.T) {
	large := strings.Repeat("x", mostAhead)
	conn, sent := sending(t, oneText(large), oneText(large+"y"))
	a := newAhead(conn, textDecoder())
	defer a.stop()
	first := <-a.frames
	time.Sleep(50 * time.Millisecond)
	if sent() != 1 {
		t.Fatal("a large frame was read while another was in use")
	}
	a.free <- first.decoder
	second := <-a.frames
	if &first.bytes[0] != &second.bytes[0] || first.decoder != second.decoder && first.decoder.memory != nil {
		t.Error("the second large frame took memory of its own")
	}
	if b, err := second.decoder.decode(second.bytes); err != nil || len(b.Columns[0].Raw(0)) != mostAhead+1 {
		t.Error(err)
	}
}

// TestAheadEnds stops in the middle, meets a connection that breaks, and one that says a frame has more bytes than it may.
func TestAheadEnds(t *testing.T) {
	conn, _ := sending(t, oneText("a"), oneText("b"), oneText("c"))
	a := newAhead(conn, textDecoder())
	<-a.frames
	a.stop() // returns when nothing reads any more
	if _, err := conn.Read(make([]byte, 1)); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("the connection is open after its end: %v", err)
	}
	near, far := net.Pipe()
	a = newAhead(near, textDecoder())
	go func() {
		far.Write(binary.LittleEndian.AppendUint64(nil, 100))
		far.Write([]byte("RCN"))
		far.Close()
	}()
	if f := <-a.frames; !errors.Is(f.err, io.ErrUnexpectedEOF) {
		t.Errorf("cut off: %v", f.err)
	}
	if _, more := <-a.frames; more {
		t.Error("there was more after the end")
	}
	a.stop()
	near, far = net.Pipe()
	a = newAhead(near, textDecoder())
	go far.Write(binary.LittleEndian.AppendUint64(nil, maxFrame+1))
	if f, more := <-a.frames; more || a.tooBig != maxFrame+1 {
		t.Errorf("too big: %v, %d", f.err, a.tooBig)
	}
	a.stop()
}
