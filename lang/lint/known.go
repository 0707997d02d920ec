package lint

import (
	"github.com/recon-lang/recon/lang/builtin"
	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/sdk/schema"
)

// known is what is known of a value without any row.
type known struct {
	state knowledge
	value *schema.Value // of exactly
}

type knowledge uint8

const (
	anything knowledge = iota
	isNull
	notNull
	exactly
)

func (k known) present() bool { return k.state == notNull || k.state == exactly }

func (k known) is(truth bool) bool {
	return k.state == exactly && k.value.Type.Kind == schema.Boolean && k.value.True() == truth
}

var truths = [2]schema.Value{schema.Bool(false), schema.Bool(true)}

func truth(b bool) known {
	if b {
		return known{exactly, &truths[1]}
	}
	return known{exactly, &truths[0]}
}

// evaluator finds what is known of the parts of one expression, of each once.
type evaluator struct {
	absent func(side int) bool // sides that have no row: all their columns are null; nil: none
	memo   map[*program.Expr]known
}

// evaluate finds what is known of e.
func (v *evaluator) evaluate(e *program.Expr) known {
	if len(e.Args) == 0 {
		return v.compute(e, nil)
	}
	if k, ok := v.memo[e]; ok {
		return k
	}
	var few [4]known
	args := few[:0]
	for _, a := range e.Args {
		args = append(args, v.evaluate(a))
	}
	k := v.compute(e, args)
	if v.memo == nil {
		v.memo = map[*program.Expr]known{}
	}
	v.memo[e] = k
	return k
}

// compute finds what is known of e if that much is known of its arguments.
func (v *evaluator) compute(e *program.Expr, args []known) known {
	switch e.Op {
	case program.OpLiteral:
		if e.Value.Null {
			return known{state: isNull}
		}
		return known{exactly, &e.Value}
	case program.OpColumn:
		if v.absent != nil && v.absent(e.Side) {
			return known{state: isNull}
		}
	case program.OpParamRef, program.OpMetric, program.OpBound:
		return known{state: notNull}
	case program.OpNeg, program.OpAdd, program.OpSub, program.OpMul, program.OpDiv:
		return strict(args)
	case program.OpCall:
		return called(e.Name, args)
	case program.OpCond:
		switch {
		case args[0].is(true):
			return args[1]
		case args[0].is(false):
			return args[2]
		case args[1].state == args[2].state && args[1].state == isNull:
			return args[1]
		case args[1].present() && args[2].present():
			return known{state: notNull}
		}
	case program.OpEqual, program.OpNotEqual:
		return equal(args[0], args[1], e.Op == program.OpEqual)
	case program.OpLess, program.OpLessEqual, program.OpGreater, program.OpGreaterEqual:
		return ordered(e.Op, args[0], args[1])
	case program.OpIn:
		return in(args)
	case program.OpAnd, program.OpOr:
		return logic(args, e.Op == program.OpOr)
	case program.OpNot:
		if args[0].state == exactly {
			return truth(!args[0].value.True())
		}
		return known{state: notNull}
	}
	return known{}
}

// strict is an operation that gives null for null and otherwise a value.
func strict(args []known) known {
	all := true
	for _, a := range args {
		if a.state == isNull {
			return a
		}
		all = all && a.present()
	}
	if all {
		return known{state: notNull}
	}
	return known{}
}

func called(name string, args []known) known {
	switch name {
	case "now", "today":
		return known{state: notNull}
	case "coalesce":
		sure := true // all before were null
		for _, a := range args {
			switch {
			case a.state == isNull:
			case a.present() && sure:
				return a
			case a.present():
				return known{state: notNull}
			default:
				sure = false
			}
		}
		if sure {
			return known{state: isNull}
		}
		return known{}
	}
	f := builtin.Find(name)
	if f == nil || f.SeesNull && name != "decode" {
		return known{}
	}
	for i, a := range args {
		if a.state == isNull && (name != "decode" || i == 0) {
			return a
		}
	}
	return known{}
}

// equal is a == b, or else a != b.
func equal(a, b known, want bool) known {
	switch {
	case a.state == isNull && b.state == isNull:
		return truth(want)
	case a.state == isNull && b.present(), b.state == isNull && a.present():
		return truth(!want)
	case a.state == exactly && b.state == exactly:
		return truth(builtin.Equal(*a.value, *b.value) == want)
	}
	return known{state: notNull}
}

func ordered(op program.Op, a, b known) known {
	switch {
	case a.state == isNull || b.state == isNull:
		return truth(false)
	case a.state != exactly || b.state != exactly:
		return known{state: notNull}
	}
	switch op {
	case program.OpLess:
		return truth(builtin.Less(*a.value, *b.value))
	case program.OpLessEqual:
		return truth(builtin.Less(*a.value, *b.value) || builtin.Equal(*a.value, *b.value))
	case program.OpGreater:
		return truth(builtin.Less(*b.value, *a.value))
	}
	return truth(builtin.Less(*b.value, *a.value) || builtin.Equal(*a.value, *b.value))
}

// in is args[0] in args[1:].
func in(args []known) known {
	none := true
	for _, a := range args[1:] {
		k := equal(args[0], a, true)
		if k.is(true) {
			return k
		}
		none = none && k.is(false)
	}
	if none {
		return truth(false)
	}
	return known{state: notNull}
}

// logic is or of args, or else and.
func logic(args []known, or bool) known {
	all := true
	for _, a := range args {
		if a.is(or) {
			return truth(or)
		}
		all = all && a.is(!or)
	}
	if all {
		return truth(!or)
	}
	return known{state: notNull}
}
