package engine

import (
	"bytes"
	"cmp"
	"context"
	"encoding/hex"
	"fmt"
	"slices"
	"time"

	"github.com/recon-lang/recon/engine/internal/column"
	"github.com/recon-lang/recon/engine/internal/eval"
	"github.com/recon-lang/recon/engine/internal/exec"
	"github.com/recon-lang/recon/engine/internal/view"
	"github.com/recon-lang/recon/engine/plan"
	"github.com/recon-lang/recon/engine/result"
	"github.com/recon-lang/recon/engine/state"
	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/sdk"
	"github.com/recon-lang/recon/sdk/batch"
	"github.com/recon-lang/recon/sdk/schema"
)

const (
	drillGroups = 100 // groups that are looked into: the largest
	drillKept   = 20  // finer keys, and rows of a side, that are kept of each
)

// configureDrill works out the settings of the sources that a drill reads.
func (p *prepared) configureDrill(env eval.Env) error {
	d := p.Rule.Drill
	if d == nil {
		return nil
	}
	if d.Rule != nil {
		for _, side := range d.Rule.Sides {
			if err := p.configure(side.Source, env); err != nil {
				return err
			}
		}
	}
	for _, src := range d.Listed {
		if err := p.configure(src, env); err != nil {
			return err
		}
	}
	return nil
}

// drill looks into the groups of out that break: it reads their rows again, and only theirs, and says of each what it is made of.
func (e *Engine) drill(ctx context.Context, p *prepared, out *exec.Outcome, dir *column.Dir, folder string, report *result.Report) ([]result.Drill, error) {
	if p.Rule.Drill == nil {
		return nil, nil
	}
	broken, total, err := e.broken(p, out)
	if err != nil || len(broken) == 0 {
		return nil, err
	}
	if total > len(broken) {
		report.Notes = append(report.Notes, fmt.Sprintf("%d groups break, and only the largest %d were drilled into", total, len(broken)))
	}
	d := &drilling{engine: e, p: p, of: p.Rule.Drill, dir: dir, folder: folder, groups: map[string]*result.Drill{}}
	for _, k := range p.Rule.Keys {
		d.types = append(d.types, k.Type)
	}
	drills := make([]result.Drill, len(broken))
	for i, key := range broken {
		var fields []result.Field
		for k, v := range key {
			fields = append(fields, result.Field{Name: p.Rule.Keys[k].Name, Value: v})
		}
		drills[i].Key, drills[i].Into = result.TextsOf(fields, nil), []string{}
		if d.paired() {
			drills[i].Into = d.of.Names
		}
		canonical, ok := canonicalKey(key, d.types)
		if !ok {
			continue
		}
		d.keys = append(d.keys, key)
		d.groups[canonical] = &drills[i]
	}
	if err := d.pair(ctx); err != nil {
		return nil, fmt.Errorf("drill: %w", err)
	}
	for i := range d.of.Whole {
		if err := d.list(ctx, i); err != nil {
			return nil, fmt.Errorf("drill: %w", err)
		}
	}
	return drills, nil
}

// broken are the keys of the largest groups that break, and how many do in all.
func (e *Engine) broken(p *prepared, out *exec.Outcome) (keys [][]schema.Value, total int, err error) {
	def, err := e.definition(p, out.Layout)
	if err != nil {
		return nil, 0, err
	}
	v, err := newViewer(&def)
	if err != nil {
		return nil, 0, err
	}
	judge, err := exec.NewJudge(p.Rule, p.inputs())
	if err != nil {
		return nil, 0, err
	}
	type group struct {
		candidate
		values []schema.Value
	}
	var largest []group
	trim := func() {
		slices.SortFunc(largest, func(a, b group) int {
			return cmp.Or(compareCandidates(a.candidate, b.candidate), cmp.Compare(a.hash, b.hash), bytes.Compare(a.key, b.key))
		})
		largest = largest[:min(drillGroups, len(largest))]
	}
	err = eachKey(out, func(rows []state.Row) error {
		verdict, err := judge.Judge(rows)
		if err != nil || verdict.Outcome == result.Matched {
			return err
		}
		total++
		g := state.Group{Definition: &def, Outcome: verdict.Outcome, Items: verdict.Items, Rows: rows}
		packed := sided(rows)
		amount, _ := v.amount(&g, packed)
		found := group{candidate: candidate{amount, rows[0].Hash, slices.Clone(rows[0].Key)}}
		for k := range p.Rule.Keys {
			found.values = append(found.values, v.shape.KeyPart(v.shape.Key(packed[0].Row), k))
		}
		if largest = append(largest, found); len(largest) > 4*drillGroups {
			trim()
		}
		return nil
	})
	trim()
	for _, g := range largest {
		keys = append(keys, g.values)
	}
	return keys, total, err
}

// compareCandidates orders the larger first, and those without an amount last.
func compareCandidates(a, b candidate) int {
	if a.amount.Null || b.amount.Null {
		return cmp.Compare(boolInt(a.amount.Null), boolInt(b.amount.Null))
	}
	return compareAmount(b.amount, a.amount)
}

// eachKey calls visit for the rows of each key that found no partner.
func eachKey(out *exec.Outcome, visit func([]state.Row) error) error {
	var rows []state.Row
	give := func() error {
		if len(rows) == 0 {
			return nil
		}
		err := visit(rows)
		rows = rows[:0]
		return err
	}
	for row, err := range out.Rows() {
		if err != nil {
			return err
		}
		if row.Kind != state.Keyed {
			continue
		}
		if len(rows) > 0 && !bytes.Equal(rows[0].Key, row.Key) {
			if err := give(); err != nil {
				return err
			}
		}
		row.Key, row.Values = slices.Clone(row.Key), slices.Clone(row.Values)
		rows = append(rows, row)
	}
	return give()
}

// canonicalKey is values as a canonical key of other types; ok is false if one does not fit.
func canonicalKey(values []schema.Value, types []schema.Type) (key string, ok bool) {
	var b []byte
	for k, v := range values {
		c := batch.Column{Type: types[k]}
		if c.Type.Layout() == schema.Varlen {
			c.Offsets = []int32{0}
		}
		if c.AppendValue(v) != "" {
			return "", false
		}
		b = column.AppendKeyPart(b, &c, 0)
	}
	return string(b), true
}

// drilling is a drill being carried out.
type drilling struct {
	engine *Engine
	p      *prepared
	of     *program.Drill
	dir    *column.Dir
	folder string
	types  []schema.Type // of the groups' keys
	keys   [][]schema.Value
	groups map[string]*result.Drill // by canonical key
}

// only is the groups as keys of other types.
func (d *drilling) only(types []schema.Type) *view.Only {
	o := &view.Only{Types: types, Keys: map[string]bool{}}
	for _, key := range d.keys {
		if k, ok := canonicalKey(key, types); ok {
			o.Keys[k] = true
			o.Values = append(o.Values, key)
		}
	}
	return o
}

// paired reports whether there are sides to pair.
func (d *drilling) paired() bool { return d.of.Rule != nil && len(d.of.Sides) > 1 }

// pair pairs the sides that have the drilled columns, by these.
func (d *drilling) pair(ctx context.Context) error {
	rule := d.of.Rule
	if !d.paired() {
		return nil
	}
	sources, err := d.engine.open(ctx, d.p, rule, d.dir)
	if err != nil {
		return err
	}
	defer closeAll(sources)
	var types []schema.Type
	for _, k := range rule.Keys[:len(d.types)] {
		types = append(types, k.Type)
	}
	restricted := make([]sdk.Source, len(sources))
	for i, src := range sources {
		restricted[i] = src.(*view.Source).Restrict(d.only(types))
	}
	pl, err := plan.Build(rule, plan.Options{
		Inputs: d.p.inputs(), Budget: d.engine.budget() - d.engine.viewBudget(rule), Rows: d.engine.cfg.Batch, Cores: d.engine.cfg.Cores,
	})
	if err != nil {
		return err
	}
	out, err := d.engine.match(ctx, d.p, pl, restricted, exec.Env{SpillDir: d.folder})
	if err != nil {
		return err
	}
	defer out.Close()
	return d.differing(rule, out)
}

// differing notes the finer keys under which the sides differ.
func (d *drilling) differing(rule *program.Rule, out *exec.Outcome) error {
	at := *d.p
	at.Rule = rule
	def, err := d.engine.definition(&at, out.Layout)
	if err != nil {
		return err
	}
	v, err := newViewer(&def)
	if err != nil {
		return err
	}
	judge, err := exec.NewJudge(rule, d.p.inputs())
	if err != nil {
		return err
	}
	n := len(d.types)
	found := map[*result.Drill]*largest{}
	err = eachKey(out, func(rows []state.Row) error {
		verdict, err := judge.Judge(rows)
		if err != nil || verdict.Outcome == result.Matched {
			return err
		}
		b := result.Break{Amount: schema.Value{Null: true}, Totals: true, ID: hex.EncodeToString(rows[0].Key)}
		b.Key = v.shape.KeyFields(v.shape.Key(column.FromValues(rows[0].Values)))
		var outer []schema.Value
		for _, f := range b.Key[:n] {
			outer = append(outer, f.Value)
		}
		canonical, _ := canonicalKey(outer, d.types)
		drill := d.groups[canonical]
		if drill == nil {
			return nil
		}
		v.group(&state.Group{Definition: &def, Outcome: verdict.Outcome, Items: slices.Clone(verdict.Items), Rows: rows}, &b)
		if found[drill] == nil {
			found[drill] = &largest{most: drillKept}
		}
		found[drill].add(b)
		drill.Differ++
		return nil
	})
	if err != nil {
		return err
	}
	for drill, list := range found {
		for _, b := range list.sorted() {
			drill.Keys = append(drill.Keys, drillKey(&b, n, d.p.zone))
		}
	}
	return nil
}

// drillKey is a break of a drill, without the n parts of its key that are the group's.
func drillKey(b *result.Break, n int, zone *time.Location) result.DrillKey {
	k := result.DrillKey{Key: result.TextsOf(b.Key[n:], zone), What: b.What(), Unit: b.Unit, Values: b.Values()}
	if !b.Amount.Null {
		k.Amount = b.Amount.String()
	}
	for _, r := range b.Rows {
		var fields []result.Field
		for _, f := range r.Values {
			if !slices.ContainsFunc(b.Key, func(k result.Field) bool { return k.Name == f.Name }) {
				fields = append(fields, f)
			}
		}
		k.Rows = append(k.Rows, result.SideRow{Side: r.Side, Values: result.TextsOf(fields, zone)})
	}
	return k
}

// list lists the rows of a side that has not all of the drilled columns.
func (d *drilling) list(ctx context.Context, i int) error {
	src, side := d.of.Listed[i], d.p.Rule.Sides[d.of.Whole[i]].Name
	source, err := d.engine.openList(ctx, d.p, src, d.of.Groups[i], d.dir)
	if err != nil {
		return err
	}
	defer source.Close()
	type rows struct {
		count int64
		some  [][]schema.Value
	}
	found := map[string]*rows{}
	trim := func(r *rows) {
		slices.SortStableFunc(r.some, func(a, b []schema.Value) int { return slices.CompareFunc(a, b, result.CompareValues) })
		r.some = r.some[:min(drillKept, len(r.some))]
	}
	err = source.Restrict(d.only(d.types)).List(ctx, func(key []byte, row []schema.Value) error {
		r := found[string(key)]
		if r == nil {
			r = &rows{}
			found[string(key)] = r
		}
		r.count++
		if r.some = append(r.some, row); len(r.some) >= 4*drillKept {
			trim(r)
		}
		return nil
	})
	if err != nil {
		return err
	}
	for key, drill := range d.groups {
		list := result.DrillRows{Side: side, Some: []result.Texts{}}
		if r := found[key]; r != nil {
			trim(r)
			list.Rows = r.count
			for _, row := range r.some {
				list.Some = append(list.Some, textsOf(src, row, d.p.zone))
			}
		}
		drill.Whole = append(drill.Whole, list)
	}
	return nil
}

func textsOf(src *program.Source, row []schema.Value, zone *time.Location) result.Texts {
	var fields []result.Field
	for i, v := range row {
		fields = append(fields, result.Field{Name: src.Columns[i].Name, Value: v})
	}
	return result.TextsOf(fields, zone)
}

// addDrills puts what a run found out about groups that break to its breaks.
func addDrills(list []result.Break, run *result.Run) {
	for i := range list {
		b := &list[i]
		if b.LastRun != run.ID || len(b.Key) == 0 {
			continue
		}
		key := result.TextsOf(b.Key, nil)
		for k := range run.Drill {
			if key.Equal(run.Drill[k].Key) {
				b.Drill = &run.Drill[k]
			}
		}
	}
}
