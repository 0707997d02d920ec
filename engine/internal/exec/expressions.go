package exec

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/recon-lang/recon/engine/internal/column"
	"github.com/recon-lang/recon/engine/internal/eval"
	"github.com/recon-lang/recon/engine/plan"
	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/sdk/batch"
	"github.com/recon-lang/recon/sdk/schema"
)

// expressions computes all expressions over the rows of one side, in the goroutine that reads it.
type expressions struct {
	source  *program.Source
	shape   *column.Shape
	declare *eval.Shape
	readers [][]int // of each physical column: the declared ones that read it

	where      []*eval.Kernel
	whereReads [][]int
	keys       []key
	terms      []*eval.Term // nil where the side has no term
	names      []string     // of comparisons, for messages

	rest     []int
	poisoned [][]byte // of each declared column: bits of the rows where it is poisoned; nil: none
	over     *overColumns
}

// key is a part of a key and what to call it in messages.
type key struct {
	kernel *eval.Kernel
	name   string
	listed []string // of an enum: other texts agree with nothing, and so are no key
}

func newExpressions(p *plan.Plan, side int, shape *column.Shape, keys []program.Key) (*expressions, error) {
	rule := p.Rule
	src := rule.Sides[side].Source
	env := p.Env(rule.Sides[side].Source)
	e := &expressions{source: src, shape: shape, rest: shape.Rest(side)}
	var err error
	if e.declare, err = eval.NewShape(src, env); err != nil {
		return nil, err
	}
	same := func(a, b schema.Column) bool { return a.Name == b.Name && a.Type.Equal(b.Type) }
	if !slices.EqualFunc(e.declare.Physical(), p.Sides[side].Request.Columns, same) {
		panic("exec: the plan asks for other columns than the source's shape needs")
	}
	e.findReaders(p.Sides[side].Request.Columns)
	env.Column = func(s, index int) (int, bool) { return index, s == side }
	env.Poisoned = e.declare.Poisoned
	own := env // within a source, its columns are those of side 0
	own.Column = e.declare.Column
	for _, c := range p.Sides[side].Where {
		k, err := eval.Compile(c.Expr, own)
		if err != nil {
			return nil, fmt.Errorf("where: %w", err)
		}
		e.where = append(e.where, k)
		e.whereReads = append(e.whereReads, columnsOf(c.Expr))
	}
	for _, k := range keys {
		kernel, err := eval.CompileAs(k.Terms[side], k.Type, env)
		if err != nil {
			return nil, fmt.Errorf("key %s: %w", k.Name, err)
		}
		part := key{kernel: kernel, name: "key " + k.Name}
		if !rule.OneSided() { // where the same text twice is a repetition, listed or not
			part.listed = k.Terms[side].Type.Values
		}
		e.keys = append(e.keys, part)
	}
	for i := range rule.Compare {
		c := &rule.Compare[i]
		var t *eval.Term
		if c.Terms[side] != nil {
			if t, err = eval.CompileTerm(c, side, env); err != nil {
				return nil, err
			}
		}
		e.terms, e.names = append(e.terms, t), append(e.names, "comparison "+c.Name)
	}
	if rule.OneSided() {
		e.over, err = newOverColumns(rule, env)
	}
	return e, err
}

// findReaders finds the declared columns that need each physical one.
func (e *expressions) findReaders(physical []schema.Column) {
	e.readers = make([][]int, len(physical))
	find := func(name string, t schema.Type, declared int) {
		i := slices.IndexFunc(physical, func(c schema.Column) bool { return c.Name == name && c.Type.Equal(t) })
		if i >= 0 && !slices.Contains(e.readers[i], declared) {
			e.readers[i] = append(e.readers[i], declared)
		}
	}
	for i, c := range e.source.Columns {
		if c.Derived == nil {
			find(c.Physical, c.Type, i)
			continue
		}
		c.Derived.Walk(func(x *program.Expr) bool {
			if x.Op == program.OpPhysical {
				find(x.Name, x.Type, i)
			}
			return true
		})
	}
}

// columnsOf are the columns that an expression over one source reads.
func columnsOf(e *program.Expr) (columns []int) {
	e.Walk(func(x *program.Expr) bool {
		if x.Op == program.OpColumn && !slices.Contains(columns, x.Index) {
			columns = append(columns, x.Index)
		}
		return true
	})
	return columns
}

// evaluate computes keys, terms and units of the declared columns and puts them, with the columns, into in.
func (e *expressions) evaluate(b *batch.Batch, in *column.Input, note func(row int, b bad)) {
	in.Keys, in.Terms, in.Units, in.Rest = in.Keys[:0], in.Terms[:0], in.Units[:0], in.Rest[:0]
	in.Reasons = nil
	for _, k := range e.keys {
		v := k.vector(b, note)
		in.Keys = append(in.Keys, v)
		k.findUnlisted(v, b.Rows, in)
	}
	for i, t := range e.terms {
		var v, u column.Vector
		if t != nil {
			terms, faults := t.Eval(b)
			noteAll(faults, e.names[i], note)
			v, u = column.Vector{Column: terms.Value, Poison: terms.Doubtful}, column.Vector{Column: terms.Units}
		}
		in.Terms, in.Units = append(in.Terms, v), append(in.Units, u)
	}
	for _, c := range e.rest {
		v := column.Vector{}
		if c < len(e.source.Columns) {
			v.Column, v.Poison = &b.Columns[c], e.poison(b, c)
		} else {
			v.Column = e.over.hidden(c-len(e.source.Columns), b, note)
		}
		in.Rest = append(in.Rest, v)
	}
	if e.over != nil {
		e.over.evaluate(b, note)
	}
}

func (k *key) vector(b *batch.Batch, note func(row int, b bad)) column.Vector {
	c, faults := k.kernel.Eval(b)
	noteAll(faults, k.name, note)
	return column.Vector{Column: c}
}

// findUnlisted gives the rows whose part of the key is not among the enum's texts a reason to have no key.
func (k *key) findUnlisted(v column.Vector, rows int, in *column.Input) {
	if k.listed == nil {
		return
	}
	for i := range rows {
		if v.IsNull(i) || slices.ContainsFunc(k.listed, func(text string) bool { return text == string(v.Raw(i)) }) {
			continue
		}
		if in.Reasons == nil {
			in.Reasons = map[int]string{}
		}
		if in.Reasons[i] == "" {
			in.Reasons[i] = k.name + ": " + strconv.Quote(v.Text(i)) + " is not among the values of the enum"
		}
	}
}

func noteAll(faults []eval.Fault, name string, note func(row int, b bad)) {
	for _, f := range faults {
		note(f.Row, bad{column: computed, name: name, text: f.Input, reason: f.Reason})
	}
}

// poison is the bits of the rows in which a declared column is poisoned.
func (e *expressions) poison(b *batch.Batch, c int) []byte {
	at, ok := e.declare.Poisoned(0, c)
	if !ok {
		return nil
	}
	flags := b.Columns[at].Ints[:b.Rows]
	if !slices.Contains(flags, 1) {
		return nil
	}
	if e.poisoned == nil {
		e.poisoned = make([][]byte, len(e.source.Columns))
	}
	bits := append(e.poisoned[c][:0], make([]byte, (b.Rows+7)/8)...)
	for i, f := range flags {
		bits[i>>3] |= byte(f) << (i & 7)
	}
	e.poisoned[c] = bits
	return bits
}
