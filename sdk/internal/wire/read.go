package wire

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/recon-lang/recon/sdk/batch"
)

// lost reports whether a status came from a broken connection and not from the plugin.
func lost(st *status.Status) bool {
	return st.Code() == codes.Unavailable || st.Code() == codes.Canceled
}

// Read reads the rows of req. An error of emit, or the end of ctx, ends the plugin's read
// and is returned as it is, when that read has ended or did not within cancelGrace.
func (c *Client) Read(ctx context.Context, req Request, emit func(*batch.Batch) error) error {
	r := &reading{client: c, ctx: ctx, decoder: newDecoder(req.Columns), emit: emit}
	streamCtx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	r.cancel = cancel
	defer cancel()
	defer r.close()
	control := &ReadControl{Request: requestToWire(req)}
	if err := r.offerSocket(control); err != nil {
		return err
	}
	stream, err := c.source.Read(streamCtx, grpc.CallContentSubtype(frameSubtype))
	if err != nil {
		return c.callError(ctx, err)
	}
	r.stream = stream
	if err := stream.Send(control); err != nil && !errors.Is(err, io.EOF) { // EOF: the status tells
		return c.callError(ctx, err)
	}
	stop := context.AfterFunc(ctx, r.abort)
	defer stop()
	err = r.run()
	if err == nil {
		return nil
	}
	if ctx.Err() != nil {
		err = ctx.Err()
	}
	r.abort()
	r.drain()
	return err
}

// reading is one read under way.
type reading struct {
	client  *Client
	ctx     context.Context // the caller's
	cancel  func()          // ends the stream at once
	stream  grpc.BidiStreamingClient[ReadControl, ReadReply]
	decoder *decoder
	emit    func(*batch.Batch) error
	ended   bool // the stream has given its status
	token   []byte

	mu       sync.Mutex // guards what follows
	listener *net.UnixListener
	conn     net.Conn
	aborted  bool
	grace    *time.Timer
}

// offerSocket listens on a socket of its own for this read, where sockets are to be used and can
// be.
func (r *reading) offerSocket(control *ReadControl) error {
	c := r.client
	if !c.cfg.Socket || c.cfg.Dir == "" || c.noUnix.Load() {
		if !c.cfg.Stream {
			return errors.New("there are no unix sockets here")
		}
		return nil
	}
	path := filepath.Join(c.cfg.Dir, "r"+strconv.FormatInt(c.reads.Add(1), 10))
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		if !c.cfg.Stream {
			return fmt.Errorf("offer a socket for batches: %w", err)
		}
		c.noUnix.Store(true)
		return nil
	}
	r.listener, r.token = l, make([]byte, tokenBytes)
	_, _ = rand.Read(r.token) // it never fails
	control.Socket, control.Token = path, r.token
	return nil
}

func (r *reading) run() error {
	var m incoming
	if err := r.stream.RecvMsg(&m); err != nil {
		return r.status(err)
	}
	var reply ReadReply
	frame, err := m.frame(r.decoder, &reply)
	if err != nil {
		return err
	}
	opened := reply.GetOpened()
	if frame != nil || opened == nil {
		return errors.New("the plugin sent rows before it opened the read")
	}
	if opened.GetSocket() {
		return r.fromSocket()
	}
	if !r.client.cfg.Stream {
		return errors.New("the plugin cannot use the socket")
	}
	r.client.noUnix.Store(true)
	return r.fromStream()
}

func (r *reading) fromStream() error {
	var reply ReadReply
	for {
		var m incoming
		if err := r.stream.RecvMsg(&m); errors.Is(err, io.EOF) {
			r.ended = true
			return r.ctx.Err()
		} else if err != nil {
			return r.status(err)
		}
		frame, err := m.frame(r.decoder, &reply)
		if err != nil {
			return err
		}
		if frame == nil {
			return errors.New("the plugin sent something that is no batch")
		}
		if err := r.deliver(frame); err != nil {
			return err
		}
	}
}

// fromSocket delivers the frames of the socket. While one is delivered the next is read, so that the plugin need not wait.
func (r *reading) fromSocket() error {
	conn, err := r.accept()
	if err != nil {
		return r.socketError(err)
	}
	a := newAhead(conn, r.decoder)
	defer a.stop()
	for f := range a.frames {
		if f.err != nil {
			return r.socketError(f.err)
		}
		r.decoder = f.decoder
		if err := r.deliver(f.bytes); err != nil {
			return err
		}
		a.free <- f.decoder
	}
	if a.tooBig > 0 {
		return fmt.Errorf("the plugin sent a batch of %d bytes", a.tooBig)
	}
	return r.status(nil)
}

func (r *reading) deliver(frame []byte) error {
	b, err := r.decoder.decode(frame)
	if err != nil {
		return err
	}
	if err := r.ctx.Err(); err != nil {
		return err
	}
	return r.emit(b)
}

// accept waits for the plugin, which has connected by now, and checks its token.
func (r *reading) accept() (net.Conn, error) {
	deadline := time.Now().Add(answerTime)
	_ = r.listener.SetDeadline(deadline)
	for {
		conn, err := r.listener.Accept()
		if err != nil {
			return nil, err
		}
		_ = conn.SetDeadline(deadline)
		var token [tokenBytes]byte
		if _, err := io.ReadFull(conn, token[:]); err != nil || subtle.ConstantTimeCompare(token[:], r.token) != 1 {
			conn.Close() // somebody else
			continue
		}
		_ = conn.SetDeadline(time.Time{})
		r.mu.Lock()
		defer r.mu.Unlock()
		r.listener.Close()
		r.conn = conn
		if r.aborted {
			conn.Close()
		}
		return conn, nil
	}
}

// socketError is why a socket ended early: the status of the stream knows.
func (r *reading) socketError(err error) error {
	if r.ctx.Err() != nil {
		return r.ctx.Err()
	}
	timer := time.AfterFunc(cancelGrace, r.cancel)
	defer timer.Stop()
	if st := r.status(nil); st != nil {
		return st
	}
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return errors.New("the plugin did not connect to the socket for batches")
	}
	return errors.New("the plugin ended the read without ending its batches")
}

// status waits for the end of the stream, unless err is it, and says what it means. Messages on the way
// are none of a well-behaved plugin.
func (r *reading) status(err error) error {
	for err == nil {
		var m incoming
		if err = r.stream.RecvMsg(&m); err == nil {
			m.data.Free()
		}
	}
	r.ended = true
	if errors.Is(err, io.EOF) {
		return nil
	}
	return r.client.callError(r.ctx, err)
}

// abort tells the plugin to stop reading and sees to it that the stream ends soon.
func (r *reading) abort() { r.endSoon(r.stream.CloseSend) }

func (r *reading) endSoon(closeSend func() error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.aborted {
		return
	}
	r.aborted = true
	r.grace = time.AfterFunc(cancelGrace, r.cancel) // which ends what closeSend may wait for, too
	_ = closeSend()
	r.closeSocket()
}

// drain waits for the plugin's read to end after abort.
func (r *reading) drain() { r.drainFrom(r.stream) }

func (r *reading) drainFrom(stream grpc.ClientStream) {
	for !r.ended {
		var m incoming
		if err := stream.RecvMsg(&m); err != nil {
			return
		}
		m.data.Free()
	}
}

func (r *reading) close() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.closeSocket()
	if r.grace != nil {
		r.grace.Stop()
	}
}

// closeSocket closes what there is of the socket. r.mu is held.
func (r *reading) closeSocket() {
	if r.listener != nil {
		r.listener.Close()
	}
	if r.conn != nil {
		r.conn.Close()
	}
}
