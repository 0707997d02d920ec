package engine

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/recon-lang/recon/engine/action"
	"github.com/recon-lang/recon/engine/result"
	"github.com/recon-lang/recon/engine/state"
	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/sdk"
	"github.com/recon-lang/recon/sdk/schema"
)

// TestMain is also the process that a test of delivery kills.
func TestMain(m *testing.M) {
	if dir := os.Getenv("RECON_DELIVER_DIR"); dir != "" {
		d := deliverer(dir, os.Getenv("RECON_DELIVER_URL"))
		if err := d.Send(context.Background()); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// receiver is a server that honours the idempotency key: it acts once for each.
type receiver struct {
	*httptest.Server
	mu      sync.Mutex
	effects []string // texts, in the order in which it acted
	calls   []string // keys, in the order in which they came
	keys    map[string]bool
	trouble func(call int, w http.ResponseWriter, r *http.Request) bool // true: it has answered, or never will
}

func newReceiver(t *testing.T) *receiver {
	r := &receiver{keys: map[string]bool{}}
	r.Server = httptest.NewServer(http.HandlerFunc(r.serve))
	t.Cleanup(r.Close)
	return r
}

func (r *receiver) serve(w http.ResponseWriter, req *http.Request) {
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return
	}
	var m struct{ Text string }
	_ = json.Unmarshal(body, &m)
	r.mu.Lock()
	defer r.mu.Unlock()
	key := req.Header.Get("Idempotency-Key")
	r.calls = append(r.calls, key)
	if r.trouble != nil && r.trouble(len(r.calls), w, req) {
		return
	}
	r.act(key, m.Text)
}

func (r *receiver) act(key, text string) {
	if !r.keys[key] {
		r.keys[key] = true
		r.effects = append(r.effects, text)
	}
}

// want fails unless the receiver has acted once for each text, in this order.
func (r *receiver) want(t *testing.T, texts ...string) {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	if !slices.Equal(r.effects, texts) {
		t.Errorf("effects %q, want %q", r.effects, texts)
	}
}

// deliverer delivers to two webhooks of one rule, and waits for their answers as long as a busy machine may need.
func deliverer(dir, url string) *Delivery { return delivererWithin(dir, url, time.Minute) }

func delivererWithin(dir, url string, patience time.Duration) *Delivery {
	hook := func(name, path string) *program.Action {
		kind := schema.Type{Kind: schema.Secret}
		timeout := schema.Value{Type: schema.Type{Kind: schema.Duration}, Int: patience.Microseconds()}
		return &program.Action{Name: name, Plugin: "webhook", Settings: []program.Setting{
			{Name: "url", Value: &program.Expr{Op: program.OpLiteral, Type: kind, Value: schema.Value{Type: kind, Text: url + path}}},
			{Name: "timeout", Value: &program.Expr{Op: program.OpLiteral, Type: timeout.Type, Value: timeout}},
		}}
	}
	p := &program.Program{Actions: []*program.Action{hook("pager", "/pager"), hook("desk", "/desk")}, Rules: []*program.Rule{{Name: "daily"}}}
	e := New(p, Config{StateDir: dir, Wait: 10 * time.Second, Act: func(_ context.Context, a *program.Action) (sdk.Action, error) {
		return action.Builtin()[a.Plugin], nil
	}})
	d := e.NewDelivery()
	d.pauses = []time.Duration{time.Millisecond, 5 * time.Millisecond}
	return d
}

// queue settles a run that leaves messages: each a text for an action, "pager: text".
func queue(t *testing.T, dir, run string, texts ...string) {
	t.Helper()
	store, err := state.Open(t.Context(), dir, state.Options{Create: true})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	settling, err := store.Begin(t.Context(), state.Settlement{
		Definition: state.Definition{Rule: "daily", Sides: []string{"a", "b"}}, Window: state.Always, Run: run, Started: time.Now(),
		Judge: func([]state.Row) (state.Verdict, error) { return state.Verdict{}, errors.New("there are no rows") },
	})
	if err != nil {
		t.Fatal(err)
	}
	defer settling.Abort()
	none := func(func(state.Row, error) bool) {}
	if _, err := settling.Residual(iter.Seq2[state.Row, error](none), nil, nil); err != nil {
		t.Fatal(err)
	}
	record, err := marshalRun(&result.Run{ID: run, Rule: "daily", Verdict: "pass"})
	if err != nil {
		t.Fatal(err)
	}
	var messages []state.Message
	for _, text := range texts {
		to, text, _ := strings.Cut(text, ": ")
		m := action.Message{Head: action.Head{Action: to, Rule: "daily", Run: run, Outcome: "missing"}, Fields: map[string]action.Value{"text": action.Value(schema.Text(text))}}
		payload, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		messages = append(messages, state.Message{Action: to, Payload: payload})
	}
	if err := settling.Commit(record, messages); err != nil {
		t.Fatal(err)
	}
}

// waiting are the texts in the outbox, with the number of failed attempts.
func waiting(t *testing.T, dir string) (list []string) {
	t.Helper()
	l, err := OpenLedger(t.Context(), dir, time.Minute, "test", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	for w, err := range l.Outbox(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, fmt.Sprintf("%s: %s %d", w.Action, w.Text, w.Attempts))
	}
	return list
}

func send(t *testing.T, d *Delivery) []Undelivered {
	t.Helper()
	if err := d.Send(t.Context()); err != nil {
		t.Fatal(err)
	}
	return d.Failed()
}

func TestDeliveryIsInOrderAndOnce(t *testing.T) {
	dir, r := t.TempDir(), newReceiver(t)
	queue(t, dir, "R1", "pager: one", "pager: two")
	queue(t, dir, "R2", "pager: three")
	d := deliverer(dir, r.URL)
	if failed := send(t, d); len(failed) != 0 || d.Sent() != 3 {
		t.Errorf("failed %v, sent %d", failed, d.Sent())
	}
	r.want(t, "one", "two", "three")
	if left := waiting(t, dir); left != nil {
		t.Errorf("still waiting: %q", left)
	}
	send(t, deliverer(dir, r.URL))
	if len(r.calls) != 3 || r.calls[0] != "R1-0" || r.calls[2] != "R2-0" {
		t.Errorf("calls %q", r.calls)
	}
}

func TestTroubleThatPassesIsTriedAgainUnderTheSameKey(t *testing.T) {
	hijack := func(w http.ResponseWriter) { // dies in the middle of an answer
		conn, _, err := http.NewResponseController(w).Hijack()
		if err == nil {
			_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nha")
			conn.Close()
		}
	}
	acts := func(r *receiver, req *http.Request) { r.act(req.Header.Get("Idempotency-Key"), "one") }
	for name, trouble := range map[string]func(r *receiver, call int, w http.ResponseWriter, req *http.Request) bool{
		"says 500": func(_ *receiver, call int, w http.ResponseWriter, _ *http.Request) bool {
			if call < 3 {
				w.WriteHeader(500)
			}
			return call < 3
		},
		"dies midway": func(r *receiver, call int, w http.ResponseWriter, req *http.Request) bool {
			if call < 3 {
				acts(r, req)
				hijack(w)
			}
			return call < 3
		},
		"answers too late": func(r *receiver, call int, _ http.ResponseWriter, req *http.Request) bool {
			if call == 1 {
				acts(r, req)
				<-req.Context().Done()
			}
			return call == 1
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir, r := t.TempDir(), newReceiver(t)
			r.trouble = func(call int, w http.ResponseWriter, req *http.Request) bool { return trouble(r, call, w, req) }
			queue(t, dir, "R1", "pager: one", "pager: two")
			patience := time.Minute
			if name == "answers too late" {
				patience = 2 * time.Second
			}
			if failed := send(t, delivererWithin(dir, r.URL, patience)); len(failed) != 0 {
				t.Errorf("failed: %+v", failed[0])
			}
			r.want(t, "one", "two")
			if r.calls[0] != "R1-0" || r.calls[1] != "R1-0" {
				t.Errorf("calls %q", r.calls)
			}
		})
	}
}

func TestFailedActionKeepsItsMessagesForTheNextRun(t *testing.T) {
	dir, r := t.TempDir(), newReceiver(t)
	down := true
	r.trouble = func(_ int, w http.ResponseWriter, req *http.Request) bool {
		if down && req.URL.Path == "/pager" {
			w.WriteHeader(503)
			return true
		}
		return false
	}
	queue(t, dir, "R1", "pager: one", "desk: ticket", "pager: two", "gone: nobody")
	d := deliverer(dir, r.URL)
	failed := send(t, d)
	if len(failed) != 2 || failed[0].Action != "gone" || !strings.Contains(failed[0].Err.Error(), "no action \"gone\" is declared") ||
		failed[1].Action != "pager" || failed[1].ID != "R1-0" || failed[1].Attempts != 3 || failed[1].Behind != 1 || failed[1].Rule != "daily" {
		t.Errorf("failed: %+v", failed)
	}
	r.want(t, "ticket")
	if left := waiting(t, dir); !slices.Equal(left, []string{"pager: one 3", "pager: two 0", "gone: nobody 0"}) {
		t.Errorf("waiting: %q", left)
	}
	calls := len(r.calls)
	queue(t, dir, "R2", "desk: second")
	d.engine.outbox = outboxUnknown // as after a settling
	if len(send(t, d)) != 2 || len(r.calls) != calls+1 {
		t.Errorf("the same delivery tried again: %q", r.calls[calls:])
	}
	r.want(t, "ticket", "second")
	down = false
	queue(t, dir, "R3", "pager: three")
	if failed := send(t, deliverer(dir, r.URL)); len(failed) != 1 {
		t.Errorf("failed: %+v", failed)
	}
	r.want(t, "ticket", "second", "one", "two", "three")
}

func TestInterruptedDeliveryLeavesTheRest(t *testing.T) {
	dir, r := t.TempDir(), newReceiver(t)
	ctx, cancel := context.WithCancel(t.Context())
	r.trouble = func(call int, _ http.ResponseWriter, req *http.Request) bool {
		if call == 2 {
			cancel()
			<-req.Context().Done()
		}
		return call == 2
	}
	queue(t, dir, "R1", "pager: one", "pager: two", "pager: three")
	d := deliverer(dir, r.URL)
	if err := d.Send(ctx); !errors.Is(err, context.Canceled) || len(d.Failed()) != 0 {
		t.Errorf("%v, failed %v", err, d.Failed())
	}
	if left := waiting(t, dir); !slices.Equal(left, []string{"pager: two 0", "pager: three 0"}) {
		t.Errorf("waiting: %q", left)
	}
	send(t, deliverer(dir, r.URL))
	r.want(t, "one", "two", "three")
}

// A process that is killed while it sends loses nothing, and a receiver that honours the key acts once.
func TestKilledDeliveryIsFinishedByTheNext(t *testing.T) {
	for kill := 1; kill <= 4; kill++ {
		dir, r := t.TempDir(), newReceiver(t)
		var child *exec.Cmd
		r.trouble = func(call int, _ http.ResponseWriter, _ *http.Request) bool {
			if call == kill {
				_ = child.Process.Kill()
			}
			return false // it acts all the same
		}
		queue(t, dir, "R1", "pager: one", "pager: two", "pager: three", "pager: four")
		child = exec.Command(os.Args[0])
		child.Env = append(os.Environ(), "RECON_DELIVER_DIR="+dir, "RECON_DELIVER_URL="+r.URL)
		var out bytes.Buffer
		child.Stderr = &out
		r.mu.Lock() // until child.Process is there
		err := child.Start()
		r.mu.Unlock()
		if err != nil {
			t.Fatal(err)
		}
		if err := child.Wait(); err == nil || out.Len() > 0 {
			t.Fatalf("killed at call %d, the child ended with %v: %s", kill, err, out.String())
		}
		r.trouble = nil
		if failed := send(t, deliverer(dir, r.URL)); len(failed) != 0 {
			t.Errorf("failed: %+v", failed)
		}
		r.want(t, "one", "two", "three", "four")
		if left := waiting(t, dir); left != nil {
			t.Errorf("waiting: %q", left)
		}
	}
}

func TestMoreMessagesThanARoundTakes(t *testing.T) {
	dir, r := t.TempDir(), newReceiver(t)
	var texts, want []string
	for i := range 2*roundMessages + 3 {
		texts, want = append(texts, "pager: "+strconv.Itoa(i)), append(want, strconv.Itoa(i))
	}
	queue(t, dir, "R1", texts...)
	send(t, deliverer(dir, r.URL))
	r.want(t, want...)
}

func TestMessagesOfOtherFilesAreLeft(t *testing.T) {
	dir, r := t.TempDir(), newReceiver(t)
	queue(t, dir, "R1", "pager: one")
	d := deliverer(dir, r.URL)
	d.engine.program.Rules[0].Name = "renamed"
	if failed := send(t, d); len(failed) != 0 || d.Others() != 1 {
		t.Errorf("failed %v, others %d", failed, d.Others())
	}
	r.want(t)
	d = deliverer(dir, r.URL)
	d.engine.program.Rules[0].Name = "renamed"
	d.engine.program.Moved = []program.Moved{{From: "daily", To: "renamed"}}
	send(t, d)
	r.want(t, "one")
}

func TestDroppedMessageIsNotSent(t *testing.T) {
	dir, r := t.TempDir(), newReceiver(t)
	queue(t, dir, "R1", "pager: one", "pager: two")
	l, err := OpenLedger(t.Context(), dir, time.Minute, "test", nil)
	if err != nil {
		t.Fatal(err)
	}
	if dropped, err := l.Drop(t.Context(), []string{"r1-0", "R1-9"}); err == nil || len(dropped) != 0 {
		t.Errorf("dropped %v, %v", dropped, err)
	}
	dropped, err := l.Drop(t.Context(), []string{"r1-0"})
	if err != nil || len(dropped) != 1 || dropped[0].Text != "one" {
		t.Errorf("dropped %v, %v", dropped, err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	send(t, deliverer(dir, r.URL))
	r.want(t, "two")
}
