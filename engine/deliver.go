package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/recon-lang/recon/engine/action"
	"github.com/recon-lang/recon/engine/internal/eval"
	"github.com/recon-lang/recon/engine/mask"
	"github.com/recon-lang/recon/engine/state"
	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/sdk"
	"github.com/recon-lang/recon/sdk/schema"
)

const (
	// roundMessages and roundBytes bound what is taken from the outbox at a time.
	roundMessages = 256
	roundBytes    = 4 << 20
	// noteEvery is how long it may take until the state knows that a message was taken: the state is opened anew for each note, so that others
	// can settle while a receiver is slow. What was not noted when the process is killed is sent again, under the same id.
	noteEvery = time.Second
	// actionsAtOnce is how many actions are done at the same time; the messages of one go one after another.
	actionsAtOnce = 4
)

// Undelivered is a message that an action did not take. It waits for the next delivery.
type Undelivered struct {
	ID       string
	Action   string
	Rule     string
	Attempts int // that failed, in all runs
	Err      error
	Behind   int // messages of the same action that wait behind it, to come in order
}

// Delivery sends what waits in the outbox of a state: the messages of the runs before it, too. Each message goes to its
// action at least once, always under the same id, and those of one action in the order of the runs. An action that fails is not tried
// again by the same Delivery. It is for one goroutine.
type Delivery struct {
	engine *Engine
	failed map[addressee]*Undelivered
	sent   int
	other  int             // messages of rules that are not in the files
	pauses []time.Duration // before each further attempt of a message that failed for a reason that may pass
}

// NewDelivery sends nothing yet.
func (e *Engine) NewDelivery() *Delivery {
	return &Delivery{engine: e, failed: map[addressee]*Undelivered{}, pauses: []time.Duration{300 * time.Millisecond, 1500 * time.Millisecond}}
}

// Sent is how many messages were taken.
func (d *Delivery) Sent() int { return d.sent }

// Failed are the messages that were not taken, the first of each action, by its name.
func (d *Delivery) Failed() []Undelivered {
	var list []Undelivered
	for _, u := range d.failed {
		list = append(list, *u)
	}
	slices.SortFunc(list, func(a, b Undelivered) int { return strings.Compare(a.Action+"\x00"+a.ID, b.Action+"\x00"+b.ID) })
	return list
}

// Others is how many messages wait of rules that the program does not have.
func (d *Delivery) Others() int { return d.other }

// Send sends what waits. An error is one of the state; what actions do not take is told by Failed. When ctx ends, what
// is not done yet stays, and the error is that of ctx.
func (d *Delivery) Send(ctx context.Context) error {
	if d.engine.nothingWaits() {
		return nil
	}
	cfg := d.engine.cfg
	release, err := state.LockDelivery(ctx, cfg.StateDir, state.Options{Wait: cfg.Wait, Role: "recon, sending messages"})
	if err != nil {
		return err
	}
	defer func() { _ = release() }()
	for {
		d.other = 0
		for _, u := range d.failed {
			u.Behind = 0
		}
		round, err := d.take(ctx)
		if err != nil || len(round) == 0 {
			return err
		}
		if err := d.round(ctx, round); err != nil {
			return err
		}
	}
}

// nothingWaits reports whether the last settling saw that nothing waits.
func (e *Engine) nothingWaits() bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.outbox == outboxEmpty
}

// noteOutbox remembers whether something waits, when the state is at hand anyway.
func (e *Engine) noteOutbox(store *state.Store) {
	waiting, err := store.Waiting()
	e.mu.Lock()
	defer e.mu.Unlock()
	switch {
	case err != nil:
		e.outbox = outboxUnknown // Send looks itself
	case waiting:
		e.outbox = outboxWaits
	default:
		e.outbox = outboxEmpty
	}
}

// addressee is whom a message is for. Two files may each have an action of the same name: what is in order is each of them.
type addressee struct {
	action *program.Action // nil where it is not declared any more, or the message cannot be read
	name   string          // of the action then, or the message's id
}

// errands are the messages of one action in one round, in order.
type errands struct {
	addressee
	messages []state.Outgoing
	contents []action.Message
}

// take reads the next messages from the outbox: not those of actions that have failed.
func (d *Delivery) take(ctx context.Context) ([]*errands, error) {
	store, err := d.open(ctx)
	if errors.Is(err, state.ErrNoState) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer store.Close()
	byAction := map[addressee]*errands{}
	var round []*errands
	messages, bytes := 0, 0
	for out, err := range store.Outbox(ctx) {
		if err != nil {
			return nil, err
		}
		var m action.Message
		if err := json.Unmarshal(out.Payload, &m); err != nil {
			d.failed[addressee{name: out.ID}] = &Undelivered{ID: out.ID, Action: out.Action, Attempts: out.Attempts, Err: err}
			continue
		}
		rule := d.engine.ruleNow(m.Rule)
		if rule == nil {
			d.other++
			continue
		}
		to := addressee{action: actionOf(d.engine.program, rule, out.Action)}
		if to.action == nil {
			to.name = out.Action
		}
		if u := d.failed[to]; u != nil {
			if u.ID != out.ID {
				u.Behind++
			}
			continue
		}
		if messages++; messages > roundMessages || bytes > roundBytes {
			break // the last round finds nothing to send, and so sees all that waits behind those that failed
		}
		bytes += len(out.Payload)
		e := byAction[to]
		if e == nil {
			e = &errands{addressee: to}
			byAction[to] = e
			round = append(round, e)
		}
		e.messages, e.contents = append(e.messages, out), append(e.contents, m)
	}
	return round, nil
}

func (d *Delivery) open(ctx context.Context) (*state.Store, error) {
	return state.Open(ctx, d.engine.cfg.StateDir, state.Options{Wait: d.engine.cfg.Wait, Role: "recon, sending messages"})
}

// ruleNow is the rule of a message: under its name of today, if it was renamed.
func (e *Engine) ruleNow(name string) *program.Rule {
	if r := e.program.Rule(name); r != nil {
		return r
	}
	for _, m := range e.program.Moved {
		if m.From == name {
			return e.program.Rule(m.To)
		}
	}
	return nil
}

// actionOf finds an action: among those that the rule's handlers use, else the one of that name.
func actionOf(p *program.Program, r *program.Rule, name string) *program.Action {
	for _, h := range r.Handlers {
		for _, do := range h.Do {
			if do.Action.Name == name {
				return do.Action
			}
		}
	}
	for _, a := range p.Actions {
		if a.Name == name {
			return a
		}
	}
	return nil
}

// round does the errands of a round and notes what came of them.
func (d *Delivery) round(ctx context.Context, round []*errands) error {
	n := &notes{delivery: d, flushed: time.Now()}
	places := make(chan struct{}, actionsAtOnce)
	var all sync.WaitGroup
	for _, e := range round {
		all.Go(func() {
			places <- struct{}{}
			defer func() { <-places }()
			d.carryOut(ctx, e, n)
		})
	}
	all.Wait()
	if err := errors.Join(n.err, n.flush()); err != nil {
		return err
	}
	return ctx.Err()
}

// carryOut does one action's errands, one after another, until one fails.
func (d *Delivery) carryOut(ctx context.Context, errands *errands, n *notes) {
	e := d.engine
	first := errands.messages[0]
	if errands.action == nil {
		n.failed(errands, 0, 0, fmt.Errorf("no action %q is declared any more: declare it again, or end its messages by recon runs outbox --drop", first.Action))
		return
	}
	cfg, err := settingValues(errands.action.Settings, errands.action.Dir, "action "+errands.action.Name, eval.Env{Secret: e.secret, Now: time.Now()})
	if err != nil {
		n.failed(errands, 0, 0, err)
		return
	}
	var secrets mask.Mask
	secrets.Config(cfg)
	act, err := e.cfg.Act(ctx, errands.action)
	if err != nil {
		if ctx.Err() == nil {
			n.failed(errands, 0, 0, secrets.Error(err))
		}
		return
	}
	if c, ok := act.(io.Closer); ok {
		defer c.Close()
	}
	for i, out := range errands.messages {
		m := &errands.contents[i]
		published, err := m.Published(out.ID)
		if err != nil {
			n.failed(errands, i, 0, err)
			return
		}
		req := sdk.ActionRequest{ID: out.ID, Config: cfg, Fields: valuesOf(m.Fields), Columns: valuesOf(m.Columns), Dir: errands.action.Dir, Message: published}
		attempts, err := d.attempt(ctx, act, req)
		if err != nil {
			if ctx.Err() == nil {
				n.failed(errands, i, attempts, secrets.Error(err))
			}
			return
		}
		if !n.delivered(out.ID) {
			return
		}
	}
}

// attempt does one errand, again where it failed for a reason that may pass. attempts counts those that failed.
func (d *Delivery) attempt(ctx context.Context, act sdk.Action, req sdk.ActionRequest) (attempts int, err error) {
	for {
		if ctx.Err() != nil {
			return attempts, ctx.Err()
		}
		if err = act.Do(ctx, req); err == nil {
			return attempts, nil
		}
		attempts++
		var e *sdk.Error
		if !errors.As(err, &e) || !e.Temporary || attempts > len(d.pauses) {
			return attempts, err
		}
		select {
		case <-ctx.Done():
			return attempts, ctx.Err()
		case <-time.After(d.pauses[attempts-1]):
		}
	}
}

func valuesOf(values map[string]action.Value) map[string]schema.Value {
	if values == nil {
		return nil
	}
	out := make(map[string]schema.Value, len(values))
	for name, v := range values {
		out[name] = schema.Value(v)
	}
	return out
}

// notes collects what the state must know of errands, and tells it from time to time.
type notes struct {
	mu       sync.Mutex
	delivery *Delivery
	done     []string
	tried    map[string]int
	flushed  time.Time
	err      error
}

// delivered notes that a message was taken. It reports false where the state cannot be told any more: then nothing further
// should be sent.
func (n *notes) delivered(id string) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.done = append(n.done, id)
	n.delivery.sent++
	if n.err == nil && time.Since(n.flushed) > noteEvery {
		n.err = n.write()
	}
	return n.err == nil
}

// failed notes that the i-th of an action's errands failed, and that the others wait.
func (n *notes) failed(e *errands, i, attempts int, err error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	out := e.messages[i]
	if n.tried == nil {
		n.tried = map[string]int{}
	}
	n.tried[out.ID] = attempts
	out.Attempts += attempts
	n.delivery.failed[e.addressee] = &Undelivered{ID: out.ID, Action: out.Action, Rule: e.contents[i].Rule, Attempts: out.Attempts, Err: err}
}

func (n *notes) flush() error {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.write()
}

// write tells the state. It does so even when the command was interrupted: what was taken was taken.
func (n *notes) write() error {
	n.flushed = time.Now()
	if len(n.done) == 0 && len(n.tried) == 0 {
		return nil
	}
	store, err := n.delivery.open(context.Background())
	if err != nil {
		return fmt.Errorf("messages were sent and this cannot be noted, so the next run sends them again: %w", err)
	}
	err = store.Delivered(n.done...)
	for id, attempts := range n.tried {
		if attempts > 0 {
			err = errors.Join(err, store.Attempted(id, attempts))
		}
	}
	n.delivery.engine.noteOutbox(store)
	err = errors.Join(err, store.Close())
	n.done, n.tried = nil, nil
	return err
}
