package wire

import (
	"context"
	"errors"

	"google.golang.org/grpc"

	"github.com/recon-lang/recon/sdk/schema"
)

// Snapshot serves a view: it answers questions until the host has no more.
func (s *server) Snapshot(stream grpc.BidiStreamingServer[SnapshotControl, SnapshotReply]) (err error) {
	s.begin()
	defer recovered(&err)
	control, err := stream.Recv()
	if err != nil {
		return err
	}
	req, err := requestFromWire(control.GetRequest())
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(stream.Context())
	defer cancel()
	questions := make(chan *SnapshotControl)
	go func() { // ends with the stream at the latest
		defer cancel() // a half-close ends what is under way
		for {
			q, err := stream.Recv()
			if err != nil {
				return
			}
			select {
			case questions <- q:
			case <-stream.Context().Done():
				return
			}
		}
	}()
	err = s.handler.Snapshot(ctx, req, func(snap Snapshot) error {
		if err := stream.Send(&SnapshotReply{Reply: &SnapshotReply_Opened_{Opened: &SnapshotReply_Opened{}}}); err != nil {
			return err
		}
		for {
			select {
			case <-ctx.Done():
				return nil
			case q := <-questions:
				if err := answer(ctx, stream, snap, q); err != nil {
					return err
				}
			}
		}
	})
	return s.toStatus(err)
}

// answer answers one question.
func answer(ctx context.Context, stream grpc.BidiStreamingServer[SnapshotControl, SnapshotReply], snap Snapshot, q *SnapshotControl) error {
	reply := &SnapshotReply{}
	switch {
	case q.GetSurvey() != nil:
		req, err := sumRequestFromWire(q.GetSurvey().GetRequest())
		if err != nil {
			return err
		}
		survey, err := snap.Survey(ctx, req, int(q.GetSurvey().GetRanges()))
		if err != nil {
			return err
		}
		w := &SnapshotReply_Survey{Refused: survey.Refused, Unique: survey.Unique, Rows: survey.Rows}
		for _, v := range survey.Cuts {
			w.Cuts = append(w.Cuts, valueToWire(v))
		}
		reply.Reply = &SnapshotReply_Survey_{Survey: w}
	case q.GetSums() != nil:
		req, err := sumRequestFromWire(q.GetSums())
		if err != nil {
			return err
		}
		sums, err := snap.Sums(ctx, req)
		if err != nil {
			return err
		}
		reply.Reply = &SnapshotReply_Sums_{Sums: sumsToWire(sums)}
	case q.GetRead() != nil:
		var where []schema.Condition
		for _, w := range q.GetRead().GetWhere() {
			c, err := conditionFromWire(w)
			if err != nil {
				return err
			}
			where = append(where, c)
		}
		out := &emitter{ctx: ctx, send: streamSender(stream)}
		if err := snap.Read(ctx, where, out.emit); err != nil {
			return err
		}
		reply.Reply = &SnapshotReply_Done_{Done: &SnapshotReply_Done{}}
	case q.GetCompare() != nil:
		result, err := answerCompare(ctx, stream, snap, q.GetCompare())
		if err != nil {
			return err
		}
		reply.Reply = &SnapshotReply_Compared_{Compared: comparedToWire(result)}
	default:
		return errors.New("the host asks something that this plugin does not know")
	}
	return stream.Send(reply)
}
