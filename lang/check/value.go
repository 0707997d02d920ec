package check

import (
	"fmt"
	"math/big"
	"slices"
	"time"

	"github.com/recon-lang/recon/lang/builtin"
	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/sdk/batch"
	"github.com/recon-lang/recon/sdk/schema"
)

// value is a typed expression and what is known of it besides. Without an expression it is
// invalid: its fault has been reported, and whoever meets it says nothing more.
type value struct {
	*program.Expr
	list []value  // of a list, which has no expression of its own outside settings
	sum  *big.Rat // of arithmetic on literals: what comes of it

	// Of a timestamp: the zone in which its date parts are taken, as far as it is known; and
	// the zone-less literals in it, whose instants are still as in UTC.
	zone  string
	zones bool // several sources with different zones went into it
	civil []*program.Expr
}

func (v value) bad() bool { return v.Expr == nil }

// arg is v as the functions' signatures see it.
func (v value) arg() builtin.Arg {
	a := builtin.Arg{Type: v.Type}
	if v.Op == program.OpLiteral || v.Op == program.OpMapOf {
		a.Literal = &v.Value
	}
	return a
}

// literal reports whether v is known without a run.
func (v value) literal() bool { return !v.bad() && v.Op == program.OpLiteral }

// show is the type and unit of v as messages name them: decimal(18, 2) CNY.
func (x *typer) show(v value) string { return x.showType(v.Type, v.Unit) }

func (x *typer) showType(t schema.Type, u program.Unit) string {
	text := t.String()
	if t.Kind == schema.Enum && len(t.Values) > 4 {
		text = "enum"
	}
	if t.Kind == schema.Percent || t.Kind == schema.Duration {
		text = t.Kind.String()
	}
	if u.None() {
		return text
	}
	return text + " " + x.showUnit(u)
}

func (x *typer) showUnit(u program.Unit) string {
	if u.Column > 0 {
		return fmt.Sprintf("in the unit of %s", x.columnName(u))
	}
	return u.Name
}

// join takes over what is known of the zones of parts into v.
func (v value) join(parts ...value) value {
	for _, p := range parts {
		if p.bad() {
			continue
		}
		if v.zone != "" && p.zone != "" && v.zone != p.zone || p.zones {
			v.zones = true
		}
		if v.zone == "" {
			v.zone = p.zone
		}
		if len(p.civil) > 0 {
			v.civil = append(slices.Clip(v.civil), p.civil...)
		}
	}
	if v.zone != "" && len(v.civil) > 0 {
		settle(v.civil, v.zone)
		v.civil = nil
	}
	return v
}

// settle makes instants of zone-less literals.
func settle(literals []*program.Expr, zone string) {
	if len(literals) == 0 {
		return
	}
	loc, err := time.LoadLocation(zone)
	if err != nil { // was reported where the zone was declared
		loc = time.UTC
	}
	z := batch.NewZone(loc)
	for _, l := range literals {
		l.Value.Int = z.Micros(l.Value.Int / 1e6)
	}
}

// clone copies an expression. Which of the copies stand for the zone-less literals civil, it tells
// beside.
func clone(e *program.Expr, civil []*program.Expr) (c *program.Expr, copies []*program.Expr) {
	c = new(program.Expr)
	*c = *e
	if slices.Contains(civil, e) {
		copies = append(copies, c)
	}
	c.Args = make([]*program.Expr, len(e.Args))
	for i, a := range e.Args {
		var below []*program.Expr
		c.Args[i], below = clone(a, civil)
		copies = append(copies, below...)
	}
	return c, copies
}
