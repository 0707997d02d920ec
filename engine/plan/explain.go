package plan

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/dustin/go-humanize"
	"github.com/recon-lang/recon/engine/internal/eval"
	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/sdk/schema"
)

// Explanation is a plan in the words of its reader, as `recon plan --format json` prints it. It
// only ever grows.
type Explanation struct {
	Rule     string            `json:"rule"`
	Strategy Strategy          `json:"strategy"`
	Why      string            `json:"why"`
	Window   *ExplainedWindow  `json:"window"` // null without one
	Params   map[string]string `json:"params"`
	Budget   int64             `json:"budget"`              // bytes of memory for rows
	Checksum string            `json:"checksum,omitempty"`  // whether the strategy checksum could be asked for; absent where no side can add up
	PushDown string            `json:"push_down,omitempty"` // whether the strategy push-down could be asked for; absent where no side is in a database that compares
	Sides    []ExplainedSide   `json:"sides"`
	Steps    []string          `json:"steps"`
	Slow     []string          `json:"slow"` // expressions that run row by row

	Schedule *ExplainedSchedule `json:"schedule,omitempty"`
	Trigger  *ExplainedTrigger  `json:"trigger,omitempty"`
	Handlers []ExplainedHandler `json:"handlers"`
}

// ExplainedWindow is the window that is read.
type ExplainedWindow struct {
	Start time.Time `json:"start"`
	End   time.Time `json:"end"`
}

// ExplainedSide is what is read of a side.
type ExplainedSide struct {
	Name       string               `json:"name"`
	Source     string               `json:"source"`
	Plugin     string               `json:"plugin"`
	Columns    []string             `json:"columns"` // physical ones
	Order      []string             `json:"order,omitempty"`
	Parallel   string               `json:"parallel,omitempty"` // over how many connections a table is read, where that is asked for
	Conditions []ExplainedCondition `json:"conditions"`
	View       *ExplainedView       `json:"view,omitempty"`
}

// ExplainedView is how the rows of a view come about.
type ExplainedView struct {
	Parts      []ExplainedSide `json:"parts"`
	Joins      []ExplainedJoin `json:"joins,omitempty"`
	Derived    []string        `json:"derived,omitempty"`    // columns computed of its rows
	Where      []string        `json:"where,omitempty"`      // conditions that no part can meet by itself
	Group      []string        `json:"group,omitempty"`      // columns by which rows are summed up
	Aggregates []string        `json:"aggregates,omitempty"` // what is summed up
	Budget     int64           `json:"budget,omitempty"`     // bytes of memory for each group and each joined source
	Slow       []string        `json:"-"`
}

// ExplainedJoin is a source that a view looks up.
type ExplainedJoin struct {
	ExplainedSide
	On string `json:"on"`
}

// ExplainedCondition is a condition on rows: who evaluates it. Source is "exact", "superset" or
// "none", Here whether recon evaluates it as well.
type ExplainedCondition struct {
	Text   string `json:"text"`
	Source string `json:"source"`
	Here   bool   `json:"here"`
}

// Explain says what the plan does.
func (p *Plan) Explain() (*Explanation, error) {
	e := &Explanation{Rule: p.Rule.Name, Strategy: p.Strategy, Why: p.Why, Budget: p.Budget, Params: map[string]string{}, Slow: []string{}}
	if p.Window != nil {
		e.Window = &ExplainedWindow{p.Window.Start, p.Window.End}
	}
	for _, param := range p.Rule.Params {
		if v, ok := p.Params[param.Name]; ok {
			e.Params[param.Name] = v.String()
		}
	}
	for i, s := range p.Sides {
		e.Sides = append(e.Sides, p.ExplainSide(i))
		slow, err := p.Slow(i)
		if err != nil {
			return nil, fmt.Errorf("side %s: %w", p.Rule.Sides[i].Name, err)
		}
		if s.View != nil {
			e.Slow = append(e.Slow, s.View.Slow...)
		}
		e.Slow = append(e.Slow, slow...)
	}
	e.Steps, e.Checksum, e.PushDown = p.steps(), p.explainChecksum(), p.explainPushDown()
	if err := p.explainDue(e); err != nil {
		return nil, err
	}
	return e, nil
}

// explainChecksum says whether the strategy could be asked for, where that is a question.
func (p *Plan) explainChecksum() string {
	switch {
	case p.Strategy == Checksum || p.Rule.OneSided() || !slices.ContainsFunc(p.Abilities, func(a schema.Abilities) bool { return a.Checksum }):
		return ""
	case p.NoSums != "":
		return "it cannot be checksum: " + p.NoSums
	}
	text := "it can be checksum, which sends few rows where few differ and costs the databases more: --strategy checksum"
	if p.Cost != "" {
		text += " (" + p.Cost + ")"
	}
	return text
}

// explainPushDown says whether the strategy could be asked for, where that is a question.
func (p *Plan) explainPushDown() string {
	switch {
	case p.Strategy == PushDown || p.Rule.OneSided() || !p.comparing:
		return ""
	case p.NoPush != "":
		return "it cannot be push-down: " + p.NoPush
	}
	return "it can be push-down, where the database that holds both sides compares them: --strategy push-down"
}

// ExplainSide says what is read of a side.
func (p *Plan) ExplainSide(i int) ExplainedSide {
	s, side := p.Sides[i], p.Rule.Sides[i]
	x := ExplainedSide{Name: side.Name, Source: side.Source.Name, Plugin: side.Source.Plugin, Order: s.Request.Order, Conditions: []ExplainedCondition{}, View: s.View}
	for _, c := range s.Request.Columns {
		if !strings.HasPrefix(c.Name, "\x00") {
			x.Columns = append(x.Columns, c.Name)
		}
	}
	if side.Source.View == nil && i < len(p.Abilities) && p.Abilities[i].Partitions {
		x.Parallel = p.explainParallel(side.Source)
	}
	for _, c := range s.Where {
		x.Conditions = append(x.Conditions, explainCondition(c))
	}
	if s.Cut != nil {
		x.Conditions = append(x.Conditions, explainCondition(*s.Cut))
	}
	return x
}

// explainParallel says what becomes of the setting parallel, which a source with the ability Partitions has.
func (p *Plan) explainParallel(source *program.Source) string {
	for _, s := range source.Settings {
		if s.Name != "parallel" {
			continue
		}
		n, err := eval.Scalar(s.Value, p.Env(source))
		switch {
		case err != nil || n.Null || n.Int == 1:
			return ""
		case p.Strategy == Merge:
			return "one connection: the rows come in order"
		case p.Strategy == Checksum:
			return "one connection: its snapshot also adds up"
		case p.Strategy == PushDown:
			return "one connection: its snapshot also compares"
		}
		return n.String() + " connections at the same time, or one where they cannot have one snapshot"
	}
	return ""
}

func explainCondition(c Conjunct) ExplainedCondition {
	return ExplainedCondition{Text: c.Text, Source: [...]string{schema.None: "none", schema.Superset: "superset", schema.Exact: "exact"}[c.Claim], Here: c.Here}
}

// Slow lists the parts of a side's expressions that no kernel computes.
func (p *Plan) Slow(i int) ([]string, error) {
	side := p.Rule.Sides[i]
	env := p.Env(side.Source)
	shape, err := eval.NewShape(side.Source, env)
	if err != nil {
		return nil, err
	}
	slow := shape.Explain()
	env.Column, env.Poisoned = shape.Column, shape.Poisoned
	add := func(what string, e *program.Expr) {
		if e == nil || err != nil {
			return
		}
		var k *eval.Kernel
		if k, err = eval.Compile(e, env); err == nil {
			for _, part := range k.Explain() {
				slow = append(slow, what+": "+part)
			}
		}
	}
	for _, c := range p.Sides[i].Where {
		add(side.Source.Name+", where", c.Expr)
	}
	for _, k := range p.Rule.Keys {
		add("key "+k.Name, k.Terms[i])
	}
	for _, c := range p.Rule.Compare {
		add("compare "+c.Name, c.Terms[i])
	}
	for _, u := range p.Rule.Unique {
		for _, t := range u.Terms {
			add("unique "+u.Name, t)
		}
	}
	for _, a := range p.Rule.Assert {
		add("assert "+a.Name, a.Cond)
	}
	return slow, err
}

// steps are what is done, in order.
func (p *Plan) steps() []string {
	var names []string
	for _, s := range p.Rule.Sides {
		names = append(names, s.Name)
	}
	all := strings.Join(names, ", ")
	budget := humanize.IBytes(uint64(p.Budget))
	var steps []string
	switch p.Strategy {
	case Scan:
		steps = append(steps, "read "+all+" and check each row as it comes")
	case Merge:
		steps = append(steps, "read "+all+" at the same time, in the order of the key, and verify it",
			"merge them by key: keys whose rows are the same in all that is compared are done with at once",
			"keep the rows of all other keys in "+budget+" of memory, beyond that on disk, and compare them")
	case Checksum:
		steps = append(steps, "open one snapshot of each of "+all+", and have them add up the same ranges of the key, a few ranges at first",
			"leave out the ranges that add up to the same and whose keys are certainly not null and not repeated; if most ranges differ, stop adding up",
			"read all other rows, of the same snapshots, into partitions by the hash of the key, in "+budget+" of memory, beyond that on disk",
			"pair the rows of each partition by key, and compare those that are not the same bytes")
	case PushDown:
		steps = append(steps, "have the database of "+all+" compare them, in one snapshot: keys with one row on each side, of which all comparisons agree, are counted and summed up there",
			fmt.Sprintf("judge about %d of those pairs again here, chosen by their keys; if one does not match, the run fails", samplePairs),
			"read all other rows into partitions by the hash of the key, in "+budget+" of memory, beyond that on disk",
			"pair the rows of each partition by key, and compare those that are not the same bytes")
		if left := p.leftHere(); len(left) > 0 {
			steps[2] += "; with them rows that are not the same in " + strings.Join(left, ", ") + ", because the database cannot tell whether those agree"
		}
	case Hash:
		step := "read " + all
		if len(names) > 1 {
			step += " at the same time"
		}
		steps = append(steps, step+" into partitions by the hash of the key, in "+budget+" of memory, beyond that on disk")
		if p.Rule.OneSided() {
			steps = append(steps, "find the rows that repeat, and check each row")
		} else {
			steps = append(steps, "pair the rows of each partition by key, and compare those that are not the same bytes")
		}
	}
	if p.Rule.Totals {
		steps = slices.Insert(steps, 0, "sum the rows of each side up by "+keyNames(p.Rule)+": what follows speaks of these totals")
	}
	if d := p.Rule.Drill; d != nil {
		step := "if groups break, read the rows of the largest of them again"
		if len(d.Sides) > 1 {
			step += ", and pair " + sideNames(p.Rule, d.Sides) + " by " + strings.Join(d.Names, ", ")
		}
		if len(d.Whole) > 0 {
			step += "; list the rows of " + sideNames(p.Rule, d.Whole)
		}
		steps = append(steps, step)
	}
	return append(steps, "verify that all rows and sums that were read are accounted for", "settle what is left with the rows of other runs")
}

func keyNames(r *program.Rule) string {
	var names []string
	for _, k := range r.Keys {
		names = append(names, k.Name)
	}
	return strings.Join(names, ", ")
}

func sideNames(r *program.Rule, sides []int) string {
	var names []string
	for _, s := range sides {
		names = append(names, r.Sides[s].Name)
	}
	return strings.Join(names, ", ")
}

// Explain prints what the plan does.
func Explain(w io.Writer, p *Plan) error {
	e, err := p.Explain()
	if err != nil {
		return err
	}
	var b strings.Builder
	fmt.Fprintf(&b, "rule %s: strategy %s, because %s\n", e.Rule, e.Strategy, e.Why)
	if e.Checksum != "" {
		fmt.Fprintf(&b, "%s\n", e.Checksum)
	}
	if e.PushDown != "" {
		fmt.Fprintf(&b, "%s\n", e.PushDown)
	}
	if e.Window != nil {
		fmt.Fprintf(&b, "window [%s, %s)\n", e.Window.Start.Format(time.RFC3339), e.Window.End.Format(time.RFC3339))
	}
	for _, param := range p.Rule.Params {
		if v, ok := e.Params[param.Name]; ok {
			fmt.Fprintf(&b, "param %s = %s\n", param.Name, v)
		}
	}
	for _, s := range e.Sides {
		b.WriteString("\nread ")
		s.print(&b, "")
	}
	b.WriteString("\n")
	for i, step := range e.Steps {
		fmt.Fprintf(&b, "%d. %s\n", i+1, step)
	}
	e.writeDue(&b)
	for i, slow := range e.Slow {
		if i == 0 {
			b.WriteString("\nrow by row, because there is no faster way:\n")
		}
		fmt.Fprintf(&b, "  %s\n", slow)
	}
	_, err = io.WriteString(w, b.String())
	return err
}

// print prints a side, or a part of a view.
func (s *ExplainedSide) print(b *strings.Builder, indent string) {
	name := s.Name
	if s.View != nil && s.Source != s.Name {
		name += " (view " + s.Source + ")"
	} else if s.Source != s.Name {
		name += " (source " + s.Source + ")"
	}
	if s.View != nil {
		fmt.Fprintf(b, "%s\n", name)
		s.View.print(b, indent+"  ")
		return
	}
	fmt.Fprintf(b, "%s from %s\n%s  columns    %s\n", name, s.Plugin, indent, strings.Join(s.Columns, ", "))
	if len(s.Order) > 0 {
		fmt.Fprintf(b, "%s  ordered    by %s\n", indent, strings.Join(s.Order, ", "))
	}
	if s.Parallel != "" {
		fmt.Fprintf(b, "%s  parallel   %s\n", indent, s.Parallel)
	}
	for _, c := range s.Conditions {
		fmt.Fprintf(b, "%s  condition  %s: %s\n", indent, c.Text, c.by())
	}
}

func (v *ExplainedView) print(b *strings.Builder, indent string) {
	for i := range v.Parts {
		b.WriteString(indent + "part ")
		v.Parts[i].print(b, indent)
	}
	for i := range v.Joins {
		b.WriteString(indent + "look up ")
		v.Joins[i].print(b, indent)
		fmt.Fprintf(b, "%s  on         %s, in %s of memory\n", indent, v.Joins[i].On, humanize.IBytes(uint64(v.Budget)))
	}
	if len(v.Derived) > 0 {
		fmt.Fprintf(b, "%scomputed   %s\n", indent, strings.Join(v.Derived, ", "))
	}
	for _, w := range v.Where {
		fmt.Fprintf(b, "%scondition  %s: here\n", indent, w)
	}
	if len(v.Group) > 0 {
		fmt.Fprintf(b, "%sgroup      by %s: %s, in %s of memory, beyond that on disk\n", indent, strings.Join(v.Group, ", "),
			strings.Join(v.Aggregates, ", "), humanize.IBytes(uint64(v.Budget)))
	}
}

// by says who evaluates a condition.
func (c ExplainedCondition) by() string {
	switch {
	case !c.Here:
		return "by the source"
	case c.Source == "superset":
		return "by the source in part, and here"
	}
	return "here"
}
