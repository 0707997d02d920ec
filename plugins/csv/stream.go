package csv

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"unicode/utf8"
)

const (
	// margin is kept free on both sides of what is in a buffer, so that wide loads around
	// a field stay inside. 64 bytes are scanned at a time.
	margin = 64
	// maxRecord bounds one record, and so the memory that a quote without an end can take.
	maxRecord = 8 << 20
)

// stream is the text of one file as UTF-8, a window of it at a time. The next block
// is read, unpacked and decoded while this one is parsed.
type stream struct {
	path     string
	encoding string
	ctx      context.Context

	buf      []byte
	lent     *lent // the reader's buffer that buf is, or was copied from
	off, end int   // the window is buf[off:end]
	line     int64 // of buf[off], counted from 1
	err      error // why nothing follows the window: io.EOF, or what went wrong

	blocks  chan block
	free    chan []byte
	block   int // size of the blocks
	head    int // free space before a block, for what is left of the one before
	done    chan struct{}
	reader  sync.WaitGroup
	release func()
}

// block is what one turn of the reader got: n bytes, and why there are no more.
type block struct {
	buf []byte
	n   int
	err error
}

// lent is a buffer that the reader gets back when nobody holds it any more.
type lent struct {
	buf     []byte
	holders atomic.Int32
	back    chan<- []byte // has room for all buffers
}

func (l *lent) hold() *lent {
	l.holders.Add(1)
	return l
}

// release lets go of a buffer, or of none.
func (l *lent) release() {
	if l != nil && l.holders.Add(-1) == 0 {
		l.back <- l.buf
	}
}

// openText opens the file and starts to read it, by blocks of so many bytes, of which others may hold some that are spare. close ends that.
func openText(ctx context.Context, path string, o *options, size, spare int) (*stream, error) {
	f, err := openFile(path)
	if err != nil {
		return nil, err
	}
	r, closed, err := unpack(path, f)
	if err != nil {
		f.Close()
		return nil, err
	}
	return newStream(ctx, path, r, o, size, spare, func() { closed(); f.Close() })
}

func newStream(ctx context.Context, path string, r io.Reader, o *options, size, spare int, release func()) (*stream, error) {
	r, encoding, err := decode(path, r, o.encoding)
	if err != nil {
		release()
		return nil, err
	}
	t := &stream{
		path: path, encoding: encoding, ctx: ctx, line: 1,
		blocks: make(chan block, 1), free: make(chan []byte, 3+spare), block: size, head: margin + size/8,
		done: make(chan struct{}), release: release,
	}
	for range cap(t.free) {
		t.free <- nil // made when needed: a small file needs one
	}
	t.reader.Add(1)
	go t.readAhead(r)
	return t, nil
}

// readAhead runs until the text ends or the stream is closed.
func (t *stream) readAhead(r io.Reader) {
	defer t.reader.Done()
	var cut []byte // start of a character that the next block ends
	for {
		b := block{}
		select {
		case b.buf = <-t.free:
		case <-t.done:
			return
		}
		if b.buf == nil {
			b.buf = make([]byte, t.head+max(t.block, utf8.UTFMax)+margin)
		}
		text := b.buf[t.head : len(b.buf)-margin]
		b.n = copy(text, cut)
		for b.n < len(text) && b.err == nil {
			var n int
			n, b.err = r.Read(text[b.n:])
			b.n += n
		}
		if t.encoding == "utf-8" { // others are decoded, and so are valid
			valid, bad := validate(text[:b.n])
			cut = append(cut[:0], text[valid:b.n]...)
			switch {
			case bad > 0:
				b.err = &encodingError{encoding: t.encoding, bytes: cut[:bad]}
			case len(cut) > 0 && b.err == io.EOF:
				b.err = &encodingError{encoding: t.encoding, cut: true}
			}
			b.n = valid
		}
		select {
		case t.blocks <- b:
		case <-t.done:
			return
		}
		if b.err != nil {
			return
		}
	}
}

// close ends the reading and releases the file.
func (t *stream) close() {
	close(t.done)
	t.reader.Wait()
	t.release()
}

// more appends a block to the window; err is nil before. What was in the window may move.
// The last line of the text gets a line break if it has none.
func (t *stream) more() error {
	if t.end-t.off > maxRecord {
		return t.errorAt(t.off, "", fmt.Sprintf("the record that begins here does not end within %d MiB", maxRecord>>20), "is there a quote without its partner?")
	}
	var b block
	select {
	case b = <-t.blocks:
	case <-t.ctx.Done():
		return t.ctx.Err()
	}
	rest := t.buf[t.off:t.end]
	from, next := t.head-len(rest), b.buf
	if from < margin { // too little space before the block
		from = margin
		next = make([]byte, margin+len(rest)+b.n+margin)
		copy(next[from+len(rest):], b.buf[t.head:t.head+b.n])
	}
	copy(next[from:], rest)
	t.lent.release()
	t.lent = (&lent{buf: b.buf, back: t.free}).hold()
	t.buf, t.off, t.end, t.err = next, from, from+len(rest)+b.n, b.err
	if t.err == io.EOF && t.end > t.off && t.buf[t.end-1] != '\n' {
		t.buf[t.end] = '\n'
		t.end++
	}
	return nil
}

// skip takes the window up to off from it.
func (t *stream) skip(off int) {
	t.line += int64(bytes.Count(t.buf[t.off:off], []byte("\n")))
	t.off = off
}

// lineAt is the number of the line that buf[off] stands in.
func (t *stream) lineAt(off int) int64 {
	return t.line + int64(bytes.Count(t.buf[t.off:off], []byte("\n")))
}

// failure is the error that ended the text, if it was one: to be returned when all that
// came before has been dealt with.
func (t *stream) failure() error {
	var e *encodingError
	switch {
	case t.err == io.EOF:
		return nil
	case errors.As(t.err, &e):
		return t.badEncoding(e)
	}
	return t.err
}
