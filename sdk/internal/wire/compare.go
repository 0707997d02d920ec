package wire

import (
	"context"
	"errors"

	"google.golang.org/grpc"

	"github.com/recon-lang/recon/sdk/batch"
	"github.com/recon-lang/recon/sdk/pushdown"
	"github.com/recon-lang/recon/sdk/schema"
)

// Compare is sdk.Comparing's.
func (v *viewing) Compare(ctx context.Context, with Request, req pushdown.Request, emit func(pushdown.Of, *batch.Batch) error) (pushdown.Result, error) {
	stop := context.AfterFunc(ctx, v.abort)
	defer stop()
	question := &SnapshotControl{Control: &SnapshotControl_Compare_{Compare: compareToWire(with, req)}}
	if err := v.send(ctx, question); err != nil {
		return pushdown.Result{}, err
	}
	own := v.decoder
	defer func() { v.decoder = own }()
	decoders := [2]*decoder{newDecoder(v.columns), newDecoder(with.Columns)}
	var of pushdown.Of
	announced := false
	v.emit = func(b *batch.Batch) error { return emit(of, b) }
	for {
		reply, frame, err := v.receive(ctx)
		switch {
		case err != nil:
			return pushdown.Result{}, err
		case frame != nil:
			if !announced {
				return pushdown.Result{}, errors.New("the plugin sent rows before it said whose")
			}
			if err := v.deliver(frame); err != nil {
				return pushdown.Result{}, err
			}
			if err := ctx.Err(); err != nil {
				return pushdown.Result{}, err
			}
		case reply.GetOf() != nil:
			side := int(reply.GetOf().GetSide())
			if side < 0 || side > 1 {
				return pushdown.Result{}, errors.New("the plugin sent rows of a side that there is not")
			}
			of, announced = pushdown.Of{Side: side, Sample: reply.GetOf().GetSample()}, true
			v.decoder = decoders[side]
		case reply.GetCompared() != nil:
			return comparedFromWire(reply.GetCompared())
		default:
			return pushdown.Result{}, errNoAnswer
		}
	}
}

// answerCompare sends the rows of a comparison, each batch after what says whose it is, unless the one before has said it.
func answerCompare(ctx context.Context, stream grpc.BidiStreamingServer[SnapshotControl, SnapshotReply], snap Snapshot, q *SnapshotControl_Compare) (pushdown.Result, error) {
	with, req, err := compareFromWire(q)
	if err != nil {
		return pushdown.Result{}, err
	}
	out := &emitter{ctx: ctx, send: streamSender(stream)}
	var last pushdown.Of
	announced := false
	return snap.Compare(ctx, with, req, func(of pushdown.Of, b *batch.Batch) error {
		if b.Rows > 0 && (!announced || of != last) {
			if err := ctx.Err(); err != nil {
				return err
			}
			reply := &SnapshotReply{Reply: &SnapshotReply_Of_{Of: &SnapshotReply_Of{Side: int32(of.Side), Sample: of.Sample}}}
			if err := stream.Send(reply); err != nil {
				return err
			}
			last, announced = of, true
		}
		return out.emit(b)
	})
}

func compareToWire(with Request, req pushdown.Request) *SnapshotControl_Compare {
	w := &SnapshotControl_Compare{With: requestToWire(with), Sample: req.Sample}
	for _, s := range req.Sides {
		w.Sides = append(w.Sides, &CompareSide{Key: sumColumnsToWire(s.Key), Values: sumColumnsToWire(s.Values), Others: othersToWire(s.Others)})
	}
	for _, a := range req.Agree {
		one := &Agreement{Base: int32(a.Base), All: a.All}
		for _, b := range a.Bounds {
			one.Bounds = append(one.Bounds, &CompareBound{Relative: b.Relative, Times: b.Times.String(), Limit: b.Limit.String()})
		}
		for _, side := range a.Where {
			conditions := &Agreement_Conditions{}
			for _, c := range side {
				conditions.Where = append(conditions.Where, conditionToWire(c))
			}
			one.Sides = append(one.Sides, conditions)
		}
		w.Agree = append(w.Agree, one)
	}
	return w
}

func compareFromWire(w *SnapshotControl_Compare) (with Request, req pushdown.Request, err error) {
	if with, err = requestFromWire(w.GetWith()); err != nil {
		return with, req, err
	}
	req.Sample = w.GetSample()
	for _, s := range w.GetSides() {
		var side pushdown.Side
		if side.Key, err = sumColumnsFromWire(s.GetKey()); err != nil {
			return with, req, err
		}
		if side.Values, err = sumColumnsFromWire(s.GetValues()); err != nil {
			return with, req, err
		}
		if side.Others, err = othersFromWire(s.GetOthers()); err != nil {
			return with, req, err
		}
		req.Sides = append(req.Sides, side)
	}
	for _, w := range w.GetAgree() {
		a, err := agreementFromWire(w)
		if err != nil {
			return with, req, err
		}
		req.Agree = append(req.Agree, a)
	}
	return with, req, checkCompare(&req)
}

// checkCompare refuses what no host asks, so that a plugin need not look.
func checkCompare(req *pushdown.Request) error {
	if len(req.Sides) != 2 || len(req.Sides[0].Key) == 0 || len(req.Sides[0].Key) != len(req.Sides[1].Key) ||
		len(req.Sides[0].Values) != len(req.Agree) || len(req.Sides[1].Values) != len(req.Agree) || req.Sample < 0 {
		return errors.New("the host asks for a comparison whose sides do not fit each other")
	}
	for _, a := range req.Agree {
		if a.Base < 0 || a.Base > 1 || len(a.Where) > 2 {
			return errors.New("the host asks for a comparison of sides that there are not")
		}
	}
	return nil
}

func agreementFromWire(w *Agreement) (pushdown.Agreement, error) {
	a := pushdown.Agreement{Base: int(w.GetBase()), All: w.GetAll()}
	for _, b := range w.GetBounds() {
		times, ok := integerFromWire(b.GetTimes())
		limit, also := integerFromWire(b.GetLimit())
		if !ok || !also || times.Sign() < 0 || limit.Sign() < 0 {
			return a, errors.New("the host gave a bound that is no number")
		}
		a.Bounds = append(a.Bounds, pushdown.Bound{Relative: b.GetRelative(), Times: times, Limit: limit})
	}
	for _, side := range w.GetSides() {
		var conditions []schema.Condition
		for _, c := range side.GetWhere() {
			condition, err := conditionFromWire(c)
			if err != nil {
				return a, err
			}
			conditions = append(conditions, condition)
		}
		a.Where = append(a.Where, conditions)
	}
	return a, nil
}

func comparedToWire(r pushdown.Result) *SnapshotReply_Compared {
	w := &SnapshotReply_Compared{Refused: r.Refused, Rows: r.Rows, Matched: r.Matched}
	for _, t := range r.Totals {
		w.Totals = append(w.Totals, &SnapshotReply_Compared_Value{
			First: totalToWire(t.Sides[0]), Second: totalToWire(t.Sides[1]), Difference: totalToWire(t.Difference), Distance: totalToWire(t.Distance),
		})
	}
	return w
}

func comparedFromWire(w *SnapshotReply_Compared) (r pushdown.Result, err error) {
	if w.GetRefused() != "" {
		return pushdown.Result{Refused: w.GetRefused()}, nil
	}
	r = pushdown.Result{Rows: w.GetRows(), Matched: w.GetMatched()}
	for _, v := range w.GetTotals() {
		var t pushdown.Total
		if t.Sides[0], err = totalFromWire(v.GetFirst()); err != nil {
			return r, err
		}
		if t.Sides[1], err = totalFromWire(v.GetSecond()); err != nil {
			return r, err
		}
		if t.Difference, err = totalFromWire(v.GetDifference()); err != nil {
			return r, err
		}
		if t.Distance, err = totalFromWire(v.GetDistance()); err != nil {
			return r, err
		}
		r.Totals = append(r.Totals, t)
	}
	return r, nil
}
