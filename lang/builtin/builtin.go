// Package builtin is the functions of the language: each is one value with its signature,
// documentation and code, which the checker, the editor, the engine and the reference page
// read. It turns values into values and knows nothing of columns, rows or programs. Its API may
// change on any day.
package builtin

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/recon-lang/recon/sdk/decimal"
	"github.com/recon-lang/recon/sdk/schema"
)

// Func is one function. Either Bind or Call is set. A null argument makes the result null
// without a call, unless SeesNull.
type Func struct {
	Name     string
	Family   Family
	Params   []Param
	Doc      string // sentences for the reference page and the editor
	Example  string // one call, two spaces, an arrow, its result
	Unit     UnitRule
	SeesNull bool

	// Result is the type of a call whose arguments have passed Check's own tests: their
	// number, their kinds, literals where literals are needed. It also refuses what the
	// literals make wrong, such as a pattern that cannot be read.
	Result func(args []Arg) (schema.Type, *Problem)

	// Bind prepares calls whose arguments after the first are known, so that patterns are
	// read once and rows cost nothing but their own work.
	Bind func(ctx Context, first schema.Type, rest []schema.Value) (Bound, error)

	// Call computes one value. Decimals in the result have any scale; whoever calls knows
	// the type that Result gave, and rescales.
	Call func(ctx Context, args []schema.Value) (schema.Value, error)
}

// Family is the heading under which the reference page lists a function.
type Family string

// The families, in the order of the reference page.
const (
	TextFamily   Family = "text"
	NumberFamily Family = "number"
	TimeFamily   Family = "time"
	ChoiceFamily Family = "choice"
	JSONFamily   Family = "json"
)

// Param is one parameter. An Optional one may be left out with all after it; a Variadic one, the
// last, takes one argument or more.
type Param struct {
	Name     string
	Kinds    []schema.Kind
	Optional bool
	Variadic bool
	Literal  bool // must be known when the rules are checked
}

// Arg is what is known of an argument before any row is read. Literal is nil where the value is
// not known.
type Arg struct {
	Type    schema.Type
	Literal *schema.Value
}

// UnitRule says what unit the result of a function has.
type UnitRule uint8

const (
	NoUnit      UnitRule = iota // none, whatever the arguments have
	SameUnit                    // that of the arguments that are not literals by demand, which must be one
	UnitOfParam                 // the one that the second argument, a literal or a column, names
)

// Problem is why a call is wrong, in the words of the language. Arg is the argument at fault, -1
// for the call itself.
type Problem struct {
	Arg  int
	Text string
	Hint string
}

// Context is what a function may know of the run. Zone is the one in which date parts are taken
// and zone-less texts are read; nil is UTC.
type Context struct {
	Now  time.Time // the run's scheduled instant
	Zone *time.Location
}

// Bound is a function with all arguments but the first given. Exactly one function is set; Scale is that of
// the coefficients that Dec, Round and Float give. The
// functions return ErrNull where the result is null, and never keep src. A Bound is not safe for
// concurrent use.
type Bound struct {
	Text   func(dst, src []byte) ([]byte, error)    // text → text, appended to dst
	Test   func(src []byte) bool                    // text → boolean
	Int    func(src []byte) (int64, error)          // text → date or timestamp
	Dec    func(src []byte) (decimal.Num, error)    // text → coefficient
	Part   func(v int64) int64                      // date or timestamp → date or timestamp
	Format func(dst []byte, v int64) []byte         // date or timestamp → text, appended to dst
	Round  func(n decimal.Num) (decimal.Num, error) // coefficient at the first argument's scale → coefficient
	Float  func(f float64) (decimal.Num, error)     // float → coefficient
	Real   func(f float64) float64                  // float → float
	Scale  int32
}

// ErrNull is returned by the functions of a Bound instead of a value: the result is null.
var ErrNull = errors.New("null")

// Find is the function of that name, or nil.
func Find(name string) *Func {
	i, ok := slices.BinarySearchFunc(Funcs, name, func(f *Func, name string) int { return strings.Compare(f.Name, name) })
	if !ok {
		return nil
	}
	return Funcs[i]
}

// Signature is the function as documentation writes it: round(x, n, mode?).
func (f *Func) Signature() string {
	parts := make([]string, len(f.Params))
	for i, p := range f.Params {
		parts[i] = p.Name
		if p.Optional {
			parts[i] += "?"
		}
		if p.Variadic {
			parts[i] += "…"
		}
	}
	return f.Name + "(" + strings.Join(parts, ", ") + ")"
}

// Check is the type of a call with these arguments, or why there cannot be one. An argument of
// kind Invalid was reported already and makes the result Invalid without a problem.
func (f *Func) Check(args []Arg) (schema.Type, *Problem) {
	if problem := f.arity(len(args)); problem != "" {
		return schema.Type{}, &Problem{Arg: -1, Text: problem, Hint: "write " + f.Signature()}
	}
	for i, a := range args {
		if a.Type.Kind == schema.Invalid {
			return schema.Type{}, nil
		}
		p := f.Params[min(i, len(f.Params)-1)]
		if !slices.Contains(p.Kinds, a.Type.Kind) {
			return schema.Type{}, &Problem{Arg: i, Text: fmt.Sprintf("%s of %s takes %s, not %s", p.Name, f.Name, kindList(p.Kinds), a.Type)}
		}
		if p.Literal && a.Literal == nil {
			return schema.Type{}, &Problem{Arg: i, Text: fmt.Sprintf("%s of %s must be a literal", p.Name, f.Name)}
		}
	}
	return f.Result(args)
}

func (f *Func) arity(n int) string {
	least, most := 0, len(f.Params)
	for _, p := range f.Params {
		if !p.Optional {
			least++
		}
		if p.Variadic {
			most = 1 << 20
		}
	}
	switch {
	case n >= least && n <= most:
		return ""
	case least == most && least == 0:
		return fmt.Sprintf("%s takes no argument, not %d", f.Name, n)
	case least == most && least == 1:
		return fmt.Sprintf("%s takes 1 argument, not %d", f.Name, n)
	case least == most:
		return fmt.Sprintf("%s takes %d arguments, not %d", f.Name, least, n)
	case most == 1<<20:
		return fmt.Sprintf("%s takes at least %d arguments, not %d", f.Name, least, n)
	}
	return fmt.Sprintf("%s takes %d to %d arguments, not %d", f.Name, least, most, n)
}

func kindList(kinds []schema.Kind) string {
	var names []string
	for _, k := range kinds {
		switch k {
		case schema.Null, schema.Enum, schema.Percent: // said by their kin
			continue
		}
		names = append(names, k.String())
	}
	if len(names) > 6 {
		return "a single value"
	}
	return strings.Join(names, " or ")
}

// Apply computes one call. Its error says what is wrong with which value, as a phrase.
func (f *Func) Apply(ctx Context, args []schema.Value, result schema.Type) (schema.Value, error) {
	if !f.SeesNull && slices.ContainsFunc(args, func(v schema.Value) bool { return v.Null }) {
		return schema.Value{Type: result, Null: true}, nil
	}
	if f.Bind == nil {
		return f.Call(ctx, args)
	}
	b, err := f.Bind(ctx, args[0].Type, args[1:])
	if err != nil {
		return schema.Value{}, err
	}
	return b.Value(args[0], result)
}

// Value computes one call for the value of the first argument, which is not null.
func (b Bound) Value(first schema.Value, result schema.Type) (schema.Value, error) {
	v := schema.Value{Type: result}
	var err error
	switch {
	case b.Text != nil:
		var text []byte
		text, err = b.Text(nil, textOf(first))
		v.Text = string(text)
	case b.Test != nil:
		if b.Test(textOf(first)) {
			v.Int = 1
		}
	case b.Int != nil:
		v.Int, err = b.Int(textOf(first))
	case b.Dec != nil:
		v.Dec.Scale = b.Scale
		v.Dec.Coef, err = b.Dec(textOf(first))
	case b.Part != nil:
		v.Int = b.Part(first.Int)
	case b.Format != nil:
		v.Text = string(b.Format(nil, first.Int))
	case b.Round != nil:
		v.Unit = first.Unit
		var n decimal.Num
		n, err = b.Round(Number(first).Coef)
		if result.Kind != schema.Integer {
			v.Dec = decimal.Decimal{Coef: n, Scale: b.Scale}
		} else if i, ok := n.Int64(); ok {
			v.Int = i
		} else if err == nil {
			err = errInteger
		}
	case b.Float != nil:
		v.Dec.Scale = b.Scale
		v.Dec.Coef, err = b.Float(first.Float)
	case b.Real != nil:
		v.Float = b.Real(first.Float)
	}
	if err == ErrNull {
		return schema.Value{Type: result, Null: true}, nil
	}
	return v, err
}

// textOf is the text of a value that a text function is given.
func textOf(v schema.Value) []byte {
	switch v.Type.Kind {
	case schema.Integer, schema.Decimal:
		return []byte(v.String())
	}
	return []byte(v.Text)
}
