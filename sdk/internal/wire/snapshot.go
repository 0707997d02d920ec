package wire

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"

	"google.golang.org/grpc"

	"github.com/recon-lang/recon/sdk/batch"
	"github.com/recon-lang/recon/sdk/checksum"
	"github.com/recon-lang/recon/sdk/pushdown"
	"github.com/recon-lang/recon/sdk/schema"
)

// Snapshot is sdk.Snapshot.
type Snapshot interface {
	Survey(ctx context.Context, req checksum.Request, ranges int) (checksum.Survey, error)
	Sums(ctx context.Context, req checksum.Request) ([]checksum.Sum, error)
	Read(ctx context.Context, where []schema.Condition, emit func(*batch.Batch) error) error
	Compare(ctx context.Context, with Request, req pushdown.Request, emit func(pushdown.Of, *batch.Batch) error) (pushdown.Result, error)
}

// Snapshot calls do with a view of the rows of req. An error of do, or the end of ctx, ends the view and is returned as it
// is, when the plugin has ended its part or did not within cancelGrace.
func (c *Client) Snapshot(ctx context.Context, req Request, do func(Snapshot) error) error {
	streamCtx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	stream, err := c.source.Snapshot(streamCtx, grpc.CallContentSubtype(frameSubtype))
	if err != nil {
		return c.callError(ctx, err)
	}
	v := &viewing{reading: reading{client: c, ctx: ctx, cancel: cancel, decoder: newDecoder(req.Columns)}, stream: stream, columns: req.Columns}
	defer v.close()
	stop := context.AfterFunc(ctx, v.abort)
	defer stop()
	reply, err := v.ask(ctx, &SnapshotControl{Control: &SnapshotControl_Request{Request: requestToWire(req)}})
	if err == nil && reply.GetOpened() == nil {
		err = errors.New("the plugin answered before it opened the snapshot")
	}
	if err == nil {
		err = do(v)
	}
	if err == nil && ctx.Err() != nil {
		err = ctx.Err()
	}
	v.abort() // also where all went well: it ends the view
	v.drain()
	return err
}

// viewing is a snapshot of a plugin, seen from the host. It shares with a read how the stream ends.
type viewing struct {
	reading
	stream  grpc.BidiStreamingClient[SnapshotControl, SnapshotReply]
	columns []schema.Column // of the view's own rows
	sending sync.Mutex      // a stream must not be closed while something is sent over it
}

// abort tells the plugin to end the view and sees to it that the stream ends soon.
func (v *viewing) abort() {
	v.endSoon(func() error {
		v.sending.Lock()
		defer v.sending.Unlock()
		return v.stream.CloseSend()
	})
}

// send sends a question.
func (v *viewing) send(ctx context.Context, question *SnapshotControl) error {
	v.sending.Lock()
	defer v.sending.Unlock()
	if err := v.stream.Send(question); err != nil && !errors.Is(err, io.EOF) { // EOF: the status tells
		return v.client.callError(ctx, err)
	}
	return nil
}

func (v *viewing) drain() { v.drainFrom(v.stream) }

// ask sends a question and gives the answer. The end of ctx ends the view.
func (v *viewing) ask(ctx context.Context, question *SnapshotControl) (*SnapshotReply, error) {
	stop := context.AfterFunc(ctx, v.abort)
	defer stop()
	if err := v.send(ctx, question); err != nil {
		return nil, err
	}
	reply, frame, err := v.receive(ctx)
	if err == nil && frame != nil {
		err = errors.New("the plugin sent rows that were not asked for")
	}
	return reply, err
}

// receive gives the next message: a batch's frame, or something else.
func (v *viewing) receive(ctx context.Context) (*SnapshotReply, []byte, error) {
	var m incoming
	if err := v.stream.RecvMsg(&m); err != nil {
		v.ended = true
		if errors.Is(err, io.EOF) {
			err = errors.New("the plugin ended the snapshot before it was told to")
			if ctx.Err() != nil {
				err = ctx.Err()
			}
			return nil, nil, err
		}
		return nil, nil, v.client.callError(ctx, err)
	}
	reply := &SnapshotReply{}
	frame, err := m.frame(v.decoder, reply)
	return reply, frame, err
}

func (v *viewing) Survey(ctx context.Context, req checksum.Request, ranges int) (s checksum.Survey, err error) {
	reply, err := v.ask(ctx, &SnapshotControl{Control: &SnapshotControl_Survey_{Survey: &SnapshotControl_Survey{Request: sumRequestToWire(req), Ranges: int64(ranges)}}})
	if err != nil {
		return s, err
	}
	w := reply.GetSurvey()
	if w == nil {
		return s, errNoAnswer
	}
	s = checksum.Survey{Refused: w.GetRefused(), Unique: w.GetUnique(), Rows: w.GetRows()}
	s.Cuts, err = valuesFromWire(w.GetCuts())
	if err == nil && !checksum.Ascending(s.Cuts, req.Cut.Type) {
		err = errors.New("the plugin gave cuts that are not ascending values of the column")
	}
	return s, err
}

var errNoAnswer = errors.New("the plugin answered something else than it was asked")

func (v *viewing) Sums(ctx context.Context, req checksum.Request) ([]checksum.Sum, error) {
	reply, err := v.ask(ctx, &SnapshotControl{Control: &SnapshotControl_Sums{Sums: sumRequestToWire(req)}})
	if err != nil {
		return nil, err
	}
	if reply.GetSums() == nil {
		return nil, errNoAnswer
	}
	sums, err := sumsFromWire(reply.GetSums())
	if err != nil {
		return nil, err
	}
	totals := 0
	for _, c := range req.Columns() {
		if c.Total {
			totals++
		}
	}
	if len(sums) != req.To-req.From {
		return nil, fmt.Errorf("the plugin gave sums of %d ranges and was asked for %d", len(sums), req.To-req.From)
	}
	for i := range sums {
		if s := &sums[i]; len(s.Totals) != totals || s.Odd < 0 || s.Rows < s.Odd {
			return nil, errors.New("the plugin gave sums that cannot be")
		}
	}
	return sums, nil
}

func (v *viewing) Read(ctx context.Context, where []schema.Condition, emit func(*batch.Batch) error) error {
	stop := context.AfterFunc(ctx, v.abort)
	defer stop()
	v.emit = emit
	question := &SnapshotControl_Read{}
	for _, c := range where {
		question.Where = append(question.Where, conditionToWire(c))
	}
	if err := v.send(ctx, &SnapshotControl{Control: &SnapshotControl_Read_{Read: question}}); err != nil {
		return err
	}
	for {
		reply, frame, err := v.receive(ctx)
		switch {
		case err != nil:
			return err
		case frame != nil:
			if err := v.deliver(frame); err != nil {
				return err
			}
			if err := ctx.Err(); err != nil {
				return err
			}
		case reply.GetDone() != nil:
			return nil
		default:
			return errNoAnswer
		}
	}
}
