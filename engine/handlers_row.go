package engine

import (
	"github.com/recon-lang/recon/engine/action"
	"github.com/recon-lang/recon/engine/internal/column"
	"github.com/recon-lang/recon/engine/state"
	"github.com/recon-lang/recon/lang/builtin"
	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/sdk/schema"
)

// breakRows are the rows of a break as a rule's expressions read them: one row of each side at a time, nulls for a
// side without one. Rows that were kept under another definition of the rule are read by the names of its sides and columns; what that
// did not have is null.
type breakRows struct {
	rule   *program.Rule
	views  viewers
	view   *viewer
	places map[*viewer][]sidePlaces
	place  []sidePlaces
	sides  [][]column.Row // by the side of the rule
	at     int
}

// sidePlaces is where a definition has a side of the rule, and its columns; -1 where it has not.
type sidePlaces struct {
	side    int
	columns []int
}

func newBreakRows(rule *program.Rule, views viewers) *breakRows {
	return &breakRows{rule: rule, views: views, places: map[*viewer][]sidePlaces{}, sides: make([][]column.Row, len(rule.Sides))}
}

// set takes the rows of a group; next goes to the first.
func (r *breakRows) set(g *state.Group) (err error) {
	if r.view, err = r.views.of(g.Definition); err != nil {
		return err
	}
	place, known := r.places[r.view]
	if !known {
		place = r.locate(r.view)
		r.places[r.view] = place
	}
	r.place = place
	for i := range r.sides {
		r.sides[i] = r.sides[i][:0]
	}
	for _, row := range g.Rows {
		for i := range place {
			if place[i].side == row.Side {
				r.sides[i] = append(r.sides[i], column.FromValues(row.Values))
			}
		}
	}
	r.at = -1
	return nil
}

// next goes on to the next rows; ok is false after the last.
func (r *breakRows) next() (ok bool) {
	r.at++
	for _, rows := range r.sides {
		ok = ok || r.at < len(rows)
	}
	return ok
}

// locate finds the sides and columns of the rule in a definition.
func (r *breakRows) locate(v *viewer) []sidePlaces {
	places := make([]sidePlaces, len(r.rule.Sides))
	for i, side := range r.rule.Sides {
		p := sidePlaces{side: -1}
		for j, s := range v.shape.Sides {
			if s.Name == side.Name {
				p.side = j
			}
		}
		for _, c := range side.Source.Columns {
			p.columns = append(p.columns, findColumn(v, p.side, &c))
		}
		places[i] = p
	}
	return places
}

func findColumn(v *viewer, side int, c *program.Column) int {
	if side < 0 {
		return -1
	}
	for i, kept := range v.shape.Sides[side].Columns {
		if kept.Name == c.Name && !kept.Hidden && (kept.Type.Kind == c.Type.Kind || isText(kept.Type) && isText(c.Type) || isExact(kept.Type) && isExact(c.Type)) {
			return i
		}
	}
	return -1
}

func isText(t schema.Type) bool  { return t.Kind == schema.String || t.Kind == schema.Enum }
func isExact(t schema.Type) bool { return t.Kind == schema.Integer || t.Kind == schema.Decimal }

// value is a column of the row of a side.
func (r *breakRows) value(side, index int) schema.Value {
	p := &r.place[side]
	if r.at >= len(r.sides[side]) || p.columns[index] < 0 {
		return schema.Value{Type: r.rule.Sides[side].Source.Columns[index].Type, Null: true}
	}
	v, _ := r.view.shape.Value(r.sides[side][r.at], p.side, p.columns[index])
	return v
}

// unit is the unit of a number.
func (r *breakRows) unit(u program.Unit) string {
	if u.Column > 0 {
		v := r.value(u.Side, u.Column-1)
		return v.Text
	}
	return u.Name
}

// columns are all columns of the rows at hand, as a message has them.
func (r *breakRows) columns(b *state.Break) map[string]action.Value {
	all := map[string]action.Value{}
	apart := map[string]bool{} // sides have different values of it
	for i, side := range r.rule.Sides {
		for c := range side.Source.Columns {
			declared := &side.Source.Columns[c]
			v := r.value(i, c)
			v.Unit = r.unit(sideUnit(declared.Unit, i))
			all[side.Name+"."+declared.Name] = action.Value(v)
			if before, twice := all[declared.Name]; twice {
				apart[declared.Name] = apart[declared.Name] || !builtin.Equal(schema.Value(before), v)
				continue
			}
			all[declared.Name] = action.Value(v)
		}
	}
	for name, differ := range apart {
		if differ {
			delete(all, name)
		}
	}
	if b.Kind == state.Keyed {
		for _, f := range r.view.shape.KeyFields(b.Key) {
			all[f.Name] = action.Value(f.Value)
		}
	}
	return all
}

func sideUnit(u program.Unit, side int) program.Unit {
	u.Side = side
	return u
}
