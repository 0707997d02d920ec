package feature

import (
	"time"

	"github.com/recon-lang/recon/lang/builtin"
	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/sdk/schema"
)

// microsADay is a day in the microseconds of durations.
const microsADay = 24 * 60 * 60 * 1_000_000

// resolver works out dates and instants that depend on nothing but the clock and the defaults of parameters.
type resolver struct {
	now   time.Time
	zone  *time.Location
	moves bool // what was worked out depends on the clock
}

// value is what e is; ok is false if it is no date or instant, or cannot be known before a run.
func (r *resolver) value(e *program.Expr) (v schema.Value, ok bool) {
	if e == nil {
		return v, false
	}
	switch e.Op {
	case program.OpLiteral:
		return e.Value, !e.Value.Null
	case program.OpParamRef:
		if e.Param != nil && e.Param.Default != nil {
			return r.value(e.Param.Default)
		}
	case program.OpCall:
		return r.call(e)
	case program.OpAdd, program.OpSub:
		return r.shift(e)
	}
	return v, false
}

// call is now() or today(), or the day, week, month or hour of a date.
func (r *resolver) call(e *program.Expr) (v schema.Value, ok bool) {
	f := builtin.Find(e.Name)
	if f == nil {
		return v, false
	}
	zone := r.zone
	if e.Zone != "" {
		zone = location(e.Zone)
	}
	ctx := builtin.Context{Now: r.now, Zone: zone}
	args := make([]schema.Value, len(e.Args))
	for i, a := range e.Args {
		if args[i], ok = r.value(a); !ok {
			return v, false
		}
	}
	switch {
	case e.Name == "now" || e.Name == "today":
		r.moves = true
		v, err := f.Call(ctx, args)
		return v, err == nil
	case f.Bind != nil && len(args) > 0 && (e.Type.Kind == schema.Date || e.Type.Kind == schema.Timestamp):
		bound, err := f.Bind(ctx, args[0].Type, args[1:])
		if err != nil || bound.Part == nil {
			return v, false
		}
		return schema.Value{Type: e.Type, Int: bound.Part(args[0].Int)}, true
	}
	return v, false
}

// shift adds or takes away a duration.
func (r *resolver) shift(e *program.Expr) (v schema.Value, ok bool) {
	if len(e.Args) != 2 {
		return v, false
	}
	v, ok = r.value(e.Args[0])
	by, known := r.value(e.Args[1])
	if !ok || !known || by.Type.Kind != schema.Duration {
		return v, false
	}
	n := by.Int
	if e.Op == program.OpSub {
		n = -n
	}
	switch v.Type.Kind {
	case schema.Timestamp:
	case schema.Date:
		if n%microsADay != 0 {
			return v, false
		}
		n /= microsADay
	default:
		return v, false
	}
	v.Int += n
	return v, true
}
