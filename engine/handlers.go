package engine

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/recon-lang/recon/engine/action"
	"github.com/recon-lang/recon/engine/internal/eval"
	"github.com/recon-lang/recon/engine/result"
	"github.com/recon-lang/recon/engine/state"
	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/sdk/schema"
)

// handlers turn the transitions of a settling into the messages of a rule. What is done once for all breaks is kept as a count,
// sums and samples, however many breaks there are; what is done for each break is sent as it comes. They are for one
// goroutine.
type handlers struct {
	rule    *program.Rule
	rows    *breakRows
	calc    *eval.Single
	send    func(state.Message) error
	head    action.Head
	list    []*handler
	message *do // whose text is being written
	watch   *watcher
	queued  int64
	notes   []string
}

// handler is one handler of the rule. Unclear counts the rows for which its condition could not be computed.
type handler struct {
	*program.Handler
	index   int // in the rule
	do      []*do
	unclear int64
	why     string
}

// do is one thing that a handler does. Limit is -1 without one. Last is held back, to say what came after it.
type do struct {
	program.Do
	limit   int64
	count   int64
	skipped int64
	parts   map[*program.Expr]*part
	breaks  []action.Break
	last    *action.Message
}

// newHandlers makes the handlers of a rule; nil if it has none.
func (e *Engine) newHandlers(p *prepared, views viewers, run *result.Run, send func(state.Message) error) (*handlers, error) {
	if len(p.Rule.Handlers) == 0 {
		return nil, nil
	}
	hs := &handlers{rule: p.Rule, rows: newBreakRows(p.Rule, views), send: send, head: action.Head{
		Rule: p.Rule.Name, Title: p.Rule.Title, Owner: p.Rule.Owner, Severity: p.Rule.Severity,
		Run: run.ID, At: run.At, Params: run.Params, Window: run.Window,
	}}
	env := e.env(p)
	limits := env
	env.Row, env.Message = hs.rows.value, hs.messageValue
	hs.calc = eval.NewSingle(env)
	for i := range p.Rule.Handlers {
		h := &handler{Handler: &p.Rule.Handlers[i], index: i}
		for _, d := range h.Do {
			made, err := newDo(d, limits)
			if err != nil {
				return nil, fmt.Errorf("handler on %s: %w", h.Outcome, err)
			}
			h.do = append(h.do, made)
		}
		hs.list = append(hs.list, h)
	}
	return hs, nil
}

// limitField is the field of an action that is done for each break which says for how many at most.
const limitField = "limit"

func newDo(of program.Do, env eval.Env) (*do, error) {
	d := &do{Do: of, limit: -1, parts: map[*program.Expr]*part{}}
	for _, f := range of.Fields {
		if of.Action.PerBreak && f.Name == limitField {
			v, err := eval.Scalar(f.Value, env)
			if err != nil {
				return nil, fmt.Errorf("limit of %s: %w", of.Action.Name, err)
			}
			if !v.Null {
				d.limit = max(v.Int, 0)
			}
		}
		f.Value.Walk(func(e *program.Expr) bool {
			if e.Op == program.OpMessage && len(e.Args) > 0 {
				d.parts[e] = newPart(e)
			}
			return e.Op != program.OpMessage
		})
	}
	return d, nil
}

// transition does what the handlers say about a change of a break.
func (hs *handlers) transition(t *state.Transition) error {
	for _, h := range hs.list {
		done := -1
		for _, c := range t.Changes {
			if c.Group == done || !h.concerns(t, c, hs.rows.views) {
				continue
			}
			done = c.Group
			if err := hs.group(h, &t.Break, c.Group); err != nil {
				return err
			}
		}
	}
	return nil
}

// concerns reports whether a handler is about an item of a transition.
func (h *handler) concerns(t *state.Transition, c state.Change, views viewers) bool {
	g := &t.Break.Groups[c.Group]
	item := g.Items[c.Item]
	switch h.Outcome {
	case "cleared":
		return t.Cleared
	case "expired":
		if !c.Expired {
			return false
		}
	default:
		if !c.New || item.Outcome.String() != h.Outcome {
			return false
		}
	}
	if h.Name == "" {
		return true
	}
	v, err := views.of(g.Definition)
	return err == nil && v.name(item) == h.Name
}

// group hands a group of a break's rows to a handler: side by side, the first row of every side, then the second of
// those that have one.
func (hs *handlers) group(h *handler, b *state.Break, group int) error {
	if err := hs.rows.set(&b.Groups[group]); err != nil {
		return err
	}
	met := false
	for hs.rows.next() {
		if !hs.holds(h) {
			continue
		}
		for _, d := range h.do {
			if err := hs.row(h, d, b, !met); err != nil {
				return err
			}
		}
		if !met {
			if err := hs.watch.acted(h.index, &b.Groups[group]); err != nil {
				return err
			}
		}
		met = true
	}
	return nil
}

// holds reports whether the condition of a handler is true of the rows. One that cannot be computed is not, and is
// noted.
func (hs *handlers) holds(h *handler) bool {
	if h.Where == nil {
		return true
	}
	v, err := hs.calc.Value(h.Where)
	if err != nil {
		h.unclear++
		h.why = err.Error()
		return false
	}
	return v.True()
}

// row does one thing about the rows at hand, the first of a group that meet the condition or further ones.
func (hs *handlers) row(h *handler, d *do, b *state.Break, first bool) error {
	if first {
		d.count++
	}
	if !d.Action.PerBreak {
		if first && len(d.breaks) < action.MaxBreaks {
			d.breaks = append(d.breaks, hs.named(b))
		}
		for e, p := range d.parts {
			if err := hs.add(e, p); err != nil {
				return err
			}
		}
		return nil
	}
	if !first {
		return nil
	}
	if d.limit >= 0 && d.count > d.limit {
		d.skipped++
		return nil
	}
	if err := hs.release(d); err != nil {
		return err
	}
	m := hs.start(h, d)
	m.Count, m.Breaks = 1, []action.Break{hs.named(b)}
	m.Columns = hs.rows.columns(b)
	hs.fields(d, m)
	d.last = m
	return nil
}

// named is a break as a message names it.
func (hs *handlers) named(b *state.Break) action.Break {
	n := action.Break{ID: b.ID}
	if b.Kind == state.Keyed {
		for _, f := range hs.rows.view.shape.KeyFields(b.Key) {
			n.Key = append(n.Key, action.Part{Name: f.Name, Value: clipText(result.Format(f.Value, hs.rows.view.zone), maxPart)})
		}
	}
	return n
}

func (hs *handlers) start(h *handler, d *do) *action.Message {
	m := &action.Message{Head: hs.head}
	m.Action, m.Outcome, m.Name = d.Action.Name, h.Outcome, h.Name
	return m
}

// fields computes the fields of a message.
func (hs *handlers) fields(d *do, m *action.Message) {
	hs.message = d
	for _, f := range d.Fields {
		if m.Fields == nil {
			m.Fields = map[string]action.Value{}
		}
		m.Fields[f.Name] = action.Value(hs.field(f.Value))
	}
	hs.message = nil
}

// finish sends what is done once for all breaks, and says what was queued and what was not done.
func (hs *handlers) finish(report *result.Report) error {
	if hs == nil {
		return nil
	}
	skipped := int64(0)
	for _, h := range hs.list {
		for _, d := range h.do {
			if d.last != nil {
				d.last.Skipped = d.skipped
			}
			if err := hs.release(d); err != nil {
				return err
			}
			if d.skipped > 0 {
				hs.notes = append(hs.notes, fmt.Sprintf("%s: %s was not done for %d of %d breaks, which are beyond its limit", h.title(), d.Action.Name, d.skipped, d.count))
				skipped += d.skipped
			}
			if d.Action.PerBreak || d.count == 0 {
				continue
			}
			m := hs.start(h, d)
			m.Count, m.Breaks = d.count, d.breaks
			hs.fields(d, m)
			if err := hs.queue(m); err != nil {
				return err
			}
		}
		if h.unclear > 0 {
			hs.notes = append(hs.notes, fmt.Sprintf("%s: its condition could not be computed for %d rows, which it left out: %s", h.title(), h.unclear, h.why))
		}
	}
	report.Run.Messages = &result.Messages{Queued: hs.queued, Skipped: skipped}
	report.Notes = append(report.Notes, hs.notes...)
	return nil
}

func (h *handler) title() string {
	if h.Name == "" {
		return "on " + h.Outcome
	}
	return "on " + h.Outcome + " " + h.Name
}

// release sends the message that is held back.
func (hs *handlers) release(d *do) error {
	if d.last == nil {
		return nil
	}
	m := d.last
	d.last = nil
	return hs.queue(m)
}

// queue puts a message into the outbox. One that is too large loses the list of its breaks, then its largest columns, and
// says so in the report.
func (hs *handlers) queue(m *action.Message) error {
	for {
		payload, err := json.Marshal(m)
		if err != nil {
			return fmt.Errorf("message of action %s: %w", m.Action, err)
		}
		if len(payload) <= state.MaxPayload {
			hs.queued++
			return hs.send(state.Message{Action: m.Action, Payload: payload})
		}
		if !hs.shrink(m) {
			return fmt.Errorf("a message of action %s has %d bytes, and at most %d can be kept; shorten the fields of its handler", m.Action, len(payload), state.MaxPayload)
		}
	}
}

func (hs *handlers) shrink(m *action.Message) bool {
	if len(m.Breaks) > 1 {
		m.Breaks = m.Breaks[:1]
		return true
	}
	largest := ""
	for name, v := range m.Columns {
		if largest == "" || len(v.Text) > len(m.Columns[largest].Text) || len(v.Text) == len(m.Columns[largest].Text) && name < largest {
			largest = name
		}
	}
	if largest == "" || len(m.Columns[largest].Text) == 0 {
		return false
	}
	delete(m.Columns, largest)
	note := fmt.Sprintf("the message of action %s has no column %s, which is too large", m.Action, largest)
	if !slices.Contains(hs.notes, note) {
		hs.notes = append(hs.notes, note)
	}
	return true
}

// field is the value of a field. What cannot be computed is a text that says so, or null where no text is wanted.
func (hs *handlers) field(e *program.Expr) schema.Value {
	v, err := hs.text(e)
	if err != nil {
		v = schema.Value{Type: e.Type, Null: true}
		if e.Type.Kind == schema.String {
			v = schema.Text("(cannot be computed: " + err.Error() + ")")
		}
	}
	switch v.Type.Kind {
	case schema.Path, schema.SQL, schema.Enum:
		v.Type = schema.Type{Kind: schema.String}
	}
	if v.Type.Kind == schema.String {
		v.Text = clipText(v.Text, maxText)
	}
	return v
}
