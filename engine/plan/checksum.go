package plan

import (
	"fmt"
	"slices"

	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/sdk/checksum"
	"github.com/recon-lang/recon/sdk/schema"
)

// tryChecksum works out what the sides would be asked to add up, or says why their rows must all be read: a range of rows may be
// left out only if what it adds up to proves that reading it would find matched keys and nothing else.
func (p *Plan) tryChecksum(o Options) (why string) {
	for i, side := range p.Rule.Sides {
		if side.Source.View != nil {
			return side.Name + " is a view"
		}
		if i >= len(o.Abilities) || !o.Abilities[i].Checksum {
			return side.Source.Name + " cannot add its rows up"
		}
		if why := p.allBySource(i); why != "" {
			return why
		}
	}
	requests := make([]checksum.Request, len(p.Rule.Sides))
	for i := range requests {
		if requests[i], why = p.columnsSummed(i); why != "" {
			return why
		}
	}
	p.Sums = requests
	return ""
}

// columnsSummed is the columns of a side in the form that all databases share, or why they have none.
func (p *Plan) columnsSummed(i int) (req checksum.Request, why string) {
	for _, k := range p.Rule.Keys {
		c, why := p.summed(i, "key "+k.Name, k.Terms[i], k.Type)
		if why != "" {
			return req, why
		}
		req.Key = append(req.Key, c)
	}
	for j := range p.Rule.Compare {
		c := &p.Rule.Compare[j]
		v, why := p.summed(i, "comparison "+c.Name, c.Terms[i], c.Type)
		if why == "" && slices.ContainsFunc(c.Terms, func(e *program.Expr) bool { return e != nil && e.Unit.Column > 0 }) {
			why = fmt.Sprintf("the unit of comparison %s is in a column", c.Name)
		}
		if why != "" {
			return req, why
		}
		v.Total = c.Type.Kind == schema.Integer || c.Type.Kind == schema.Decimal
		req.Values = append(req.Values, v)
	}
	req.Others = p.others(i, &req)
	return req, ""
}

// allBySource reports why rows of a side need a look here, whatever they add up to.
func (p *Plan) allBySource(i int) (why string) {
	src := p.Rule.Sides[i].Source
	if len(src.Sorted) > 0 {
		return src.Name + " is declared sorted, which is to be verified"
	}
	for _, c := range src.Columns {
		if c.Derived != nil {
			return fmt.Sprintf("column %s of %s is computed", c.Name, src.Name)
		}
	}
	conditions := p.Sides[i].Where
	if cut := p.Sides[i].Cut; cut != nil {
		conditions = append(conditions[:len(conditions):len(conditions)], *cut)
	}
	for _, c := range conditions {
		if c.Here {
			return fmt.Sprintf("the condition %s is not evaluated by %s alone", c.Text, src.Name)
		}
	}
	return ""
}

// summed is the column that a term is, to be encoded as type t.
func (p *Plan) summed(side int, what string, term *program.Expr, t schema.Type) (c checksum.Column, why string) {
	name := p.Rule.Sides[side].Name
	switch {
	case term == nil:
		return c, fmt.Sprintf("%s has no term for %s", what, name)
	case term.Op != program.OpColumn:
		return c, fmt.Sprintf("%s is computed for %s", what, name)
	case !checksum.Converts(term.Type, t):
		return c, fmt.Sprintf("%s is %s for %s, and %s has no form that all sources share", what, term.Type, name, t)
	}
	declared := p.Rule.Sides[side].Source.Columns[term.Index]
	return checksum.Column{Column: schema.Column{Name: declared.Physical, Type: declared.Type}, As: t}, ""
}

// others are the columns of a side that are read for the report only. A row that cannot be read is none that matches, and so is
// one without a time, where there is a window.
func (p *Plan) others(i int, req *checksum.Request) (others []checksum.Other) {
	src := p.Rule.Sides[i].Source
	for c, declared := range src.Columns {
		column := schema.Column{Name: declared.Physical, Type: declared.Type}
		timed := c == src.Time && p.Window != nil
		encoded := slices.ContainsFunc(req.Columns(), func(s checksum.Column) bool { return s.Column.Name == column.Name && s.Column.Type.Equal(column.Type) })
		if timed || !encoded {
			others = append(others, checksum.Other{Column: column, NotNull: timed})
		}
	}
	return others
}

// Cuts are the parts of the key by which rows may be cut into ranges, the best first: what an index finds, and what has many
// values.
func (p *Plan) Cuts() (parts []int) {
	rank := map[schema.Kind]int{schema.Integer: 1, schema.Timestamp: 2, schema.Decimal: 3, schema.String: 4, schema.Date: 5, schema.Enum: 6}
	worst := func(part int) (worst int) {
		for i := range p.Sums {
			worst = max(worst, rank[p.Sums[i].Key[part].Column.Type.Kind])
		}
		return worst
	}
	for part := range p.Rule.Keys {
		yesNo := slices.ContainsFunc(p.Sums, func(r checksum.Request) bool { return r.Key[part].Column.Type.Kind == schema.Boolean })
		if !yesNo {
			parts = append(parts, part)
		}
	}
	slices.SortStableFunc(parts, func(a, b int) int { return worst(a) - worst(b) })
	return parts
}
