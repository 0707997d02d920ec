package engine

import (
	"github.com/recon-lang/recon/engine/internal/exec"
	"github.com/recon-lang/recon/engine/result"
	"github.com/recon-lang/recon/engine/state"
	"github.com/recon-lang/recon/lang/program"
)

// EventKind says what an Event tells of.
type EventKind uint8

const (
	Met     EventKind = iota // a key that has a row in the run's window, or a row without a key, and what became of it
	Cleared                  // a break that is open no more, as it was
	Expired                  // a break whose partner came not in time, with the items that expired
	Acted                    // a handler that acts on a break
)

// Event is something that a run did about one key. Events come one at a time, in no order that means something; they are the
// receiver's own.
type Event struct {
	Kind     EventKind
	Outcome  result.Outcome      // of Met
	Keys     int64               // of Met: 1, or, where duplicates are paired, how many pairs matched
	Break    result.Break        // Key, Items, Rows, and Comparisons as a report shows them
	Compared []result.Comparison // of Met: each comparison as the rule judges it; nil where none was made
	Handler  int                 // of Acted: index into Rule.Handlers
}

// watcher tells Config.Watch of what a run does. A nil one does nothing.
type watcher struct {
	tell  func(*Event) error
	rule  *program.Rule
	def   state.Definition // of the run
	views viewers
	judge *exec.Judge
}

// newWatcher is nil unless somebody watches.
func (e *Engine) newWatcher(p *prepared) (*watcher, error) {
	if e.cfg.Watch == nil {
		return nil, nil
	}
	def, err := e.definition(p, exec.LayoutOf(p.Rule))
	if err != nil {
		return nil, err
	}
	judge, err := exec.NewJudge(p.Rule, p.inputs())
	return &watcher{tell: e.cfg.Watch, rule: p.Rule, def: def, views: viewers{}, judge: judge}, err
}

// matched is what exec tells of rows that matched at once; nil if nobody watches.
func (w *watcher) matched() func([]state.Row, int64) error {
	if w == nil {
		return nil
	}
	return func(rows []state.Row, pairs int64) error {
		return w.told(&Event{Kind: Met, Keys: pairs}, &state.Group{Outcome: result.Matched, Rows: rows, Definition: &w.def})
	}
}

// met tells of a group that the state settled.
func (w *watcher) met(g *state.Group) error {
	if w == nil {
		return nil
	}
	keys := int64(1)
	if rows := g.Rows; g.Outcome == result.Matched && rows[0].Kind == state.Keyed {
		for keys < int64(len(rows)) && rows[keys].Side == rows[0].Side {
			keys++
		}
	}
	return w.told(&Event{Kind: Met, Keys: keys}, g)
}

func (w *watcher) told(e *Event, g *state.Group) error {
	e.Outcome = g.Outcome
	if err := w.fill(e, g, g.Items); err != nil {
		return err
	}
	if g.Rows[0].Kind == state.Keyed && g.Definition.Fingerprint == w.def.Fingerprint {
		var err error
		if e.Compared, err = w.judge.Explain(g.Rows); err != nil {
			return err
		}
	}
	return w.tell(e)
}

// fill gives an event the key and rows of a group, and some of its items.
func (w *watcher) fill(e *Event, g *state.Group, items []state.Item) error {
	v, err := w.views.of(g.Definition)
	if err != nil {
		return err
	}
	if r := &g.Rows[0]; r.Kind == state.Keyed {
		e.Break.Key = v.shape.KeyFields(r.Key)
	}
	shown := *g
	shown.Items = items
	v.group(&shown, &e.Break)
	return nil
}

// changed tells of a transition that ends a break or finds that its time is over.
func (w *watcher) changed(c *state.Transition) error {
	if w == nil || !c.Cleared && !c.Expired {
		return nil
	}
	e := &Event{Kind: Expired}
	if c.Cleared {
		e.Kind = Cleared
	}
	for i := range c.Break.Groups {
		g := &c.Break.Groups[i]
		items := g.Items
		if !c.Cleared {
			items = nil
			for _, change := range c.Changes {
				if change.Group == i && change.Expired {
					items = append(items, g.Items[change.Item])
				}
			}
			if len(items) == 0 {
				continue
			}
		}
		if err := w.fill(e, g, items); err != nil {
			return err
		}
	}
	return w.tell(e)
}

// acted tells that a handler acts on a group of a break.
func (w *watcher) acted(handler int, g *state.Group) error {
	if w == nil {
		return nil
	}
	e := &Event{Kind: Acted, Handler: handler}
	if err := w.fill(e, g, g.Items); err != nil {
		return err
	}
	return w.tell(e)
}
