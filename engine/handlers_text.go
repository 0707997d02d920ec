package engine

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/recon-lang/recon/engine/internal/column"
	"github.com/recon-lang/recon/engine/result"
	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/sdk/decimal"
	"github.com/recon-lang/recon/sdk/schema"
)

// What a message holds at most, so that a long text of some row cannot keep a run from settling: bytes of a field, and of one value in a
// sample or a key; units of a sum.
const (
	maxText  = 64 << 10
	maxPart  = 200
	maxUnits = 50
)

// part is what sum or sample in a text has gathered.
type part struct {
	sums   map[string]*column.Sum // by unit
	others int                    // values of units beyond maxUnits
	values []string
	seen   map[string]bool
	most   int // of sample
}

func newPart(e *program.Expr) *part {
	if e.Name == "sum" {
		return &part{sums: map[string]*column.Sum{}}
	}
	return &part{seen: map[string]bool{}, most: int(e.Args[1].Value.Int)}
}

// add takes the rows at hand into a part of a text. A null adds nothing, nor does what cannot be computed.
func (hs *handlers) add(e *program.Expr, p *part) error {
	if p.seen != nil && len(p.values) == p.most {
		return nil
	}
	of := e.Args[0]
	v, err := hs.calc.Value(of)
	if err != nil {
		hs.cannot(e, err)
		return nil
	}
	if v.Null {
		return nil
	}
	unit := hs.rows.unit(of.Unit)
	if p.seen != nil {
		text := clipText(result.Format(v, hs.zone(of)), maxPart)
		if unit != "" {
			text += " " + unit
		}
		if !p.seen[text] {
			p.seen[text] = true
			p.values = append(p.values, text)
		}
		return nil
	}
	sum := p.sums[unit]
	if sum == nil {
		if len(p.sums) == maxUnits {
			p.others++
			return nil
		}
		sum = new(column.Sum)
		p.sums[unit] = sum
	}
	if of.Type.Kind == schema.Integer {
		sum.AddInt(v.Int)
		return nil
	}
	n, err := decimal.Rescale(v.Dec.Coef, v.Dec.Scale, of.Type.Scale)
	if err != nil {
		hs.cannot(e, err)
		return nil
	}
	sum.Add(n)
	return nil
}

// cannot notes, once, that a value could not be taken into a text.
func (hs *handlers) cannot(e *program.Expr, err error) {
	start := fmt.Sprintf("%s leaves out rows for which it cannot be computed", strings.TrimSpace(e.Span.Text()))
	if !slices.ContainsFunc(hs.notes, func(n string) bool { return strings.HasPrefix(n, start) }) {
		hs.notes = append(hs.notes, start+", such as: "+err.Error())
	}
}

// messageValue is what count, sum or sample gives in the text that is being written.
func (hs *handlers) messageValue(e *program.Expr) (schema.Value, error) {
	if e.Name == "count" {
		return schema.Int(hs.message.count), nil
	}
	p := hs.message.parts[e]
	if p.seen != nil {
		return schema.Text(strings.Join(p.values, ", ")), nil
	}
	scale := e.Args[0].Type.Scale
	if e.Args[0].Type.Kind == schema.Integer {
		scale = 0
	}
	var texts []string
	for _, unit := range slices.Sorted(maps.Keys(p.sums)) {
		texts = append(texts, strings.TrimSpace(p.sums[unit].Text(scale)+" "+unit))
	}
	if len(texts) == 0 {
		texts = []string{strings.TrimSpace(column.Sum{}.Text(scale) + " " + e.Args[0].Unit.Name)}
	}
	if p.others > 0 {
		texts = append(texts, fmt.Sprintf("and %d values of further units", p.others))
	}
	return schema.Text(strings.Join(texts, ", ")), nil
}

// text is the value of a field: of an interpolated text its parts as people read them, null as null.
func (hs *handlers) text(e *program.Expr) (schema.Value, error) {
	if e.Op != program.OpInterp {
		return hs.calc.Value(e)
	}
	var b strings.Builder
	for _, a := range e.Args {
		v, err := hs.calc.Value(a)
		if err != nil {
			return v, err
		}
		switch v.Type.Kind {
		case schema.Timestamp:
			b.WriteString(result.Format(v, hs.zone(a)))
		default:
			b.WriteString(v.String())
		}
	}
	return schema.Text(b.String()), nil
}

// zone is where times of an expression are read: that of the source that they are from, or else of the rule.
func (hs *handlers) zone(e *program.Expr) *time.Location {
	name := ""
	e.Walk(func(x *program.Expr) bool {
		if x.Op == program.OpColumn && name == "" {
			name = hs.rule.Sides[x.Side].Source.Zone
		}
		return name == ""
	})
	if name == "" {
		name = hs.rule.Zone
	}
	if loc, err := time.LoadLocation(name); err == nil {
		return loc
	}
	return time.UTC
}

// clipText cuts a text at a whole code point.
func clipText(text string, most int) string {
	if len(text) <= most {
		return text
	}
	n := most - len("…")
	for n > 0 && !utf8.RuneStart(text[n]) {
		n--
	}
	return text[:n] + "…"
}
