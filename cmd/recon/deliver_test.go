//go:build linux

package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/recon-lang/recon/sdk/sdktest/dbtest"
)

// hookToken is in the address of the webhook, and must be in no output and no file.
const hookToken = "T0K3N-hunter2"

// hookRules page somebody about missing bills, and open a ticket.
const hookRules = `recon 1

secret page_url = env("PAGE_URL")

source orders from csv {
  path = "orders.csv"
  columns {
    no      string
    amount  decimal(18, 2) unit "CNY"
  }
}

source bill from csv {
  path = "bill.csv"
  columns {
    no      string
    amount  decimal(18, 2) unit "CNY"
  }
}

action pager from webhook {
  url     = secret.page_url
  timeout = 20s
}

action ticket from exec {
  command = ["./ticket.sh"]
}

rule daily between orders, bill {
  key no
  compare amount
  fail when mismatch.count > 100

  on missing bill {
    do pager {
      text = "${count} bills are missing"
    }
    do ticket
  }
}
`

// receiver is a server that takes messages, and acts once for each key.
type receiver struct {
	*httptest.Server
	mu    sync.Mutex
	calls []string          // keys, in order
	acted map[string]string // text by key
	first func(http.ResponseWriter) (done bool)

	bodies [][]byte
}

func newReceiver(t *testing.T) *receiver {
	p := &receiver{acted: map[string]string{}}
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		var m struct {
			Text, Rule string
			Recon      int
			Count      int
		}
		if err := json.Unmarshal(body, &m); err != nil || m.Rule != "daily" || m.Recon != 1 || m.Count == 0 || !strings.HasSuffix(r.URL.Path, hookToken) {
			t.Errorf("%s was sent %s: %v", r.URL, body, err)
		}
		p.mu.Lock()
		defer p.mu.Unlock()
		key := r.Header.Get("Idempotency-Key")
		p.calls, p.bodies = append(p.calls, key), append(p.bodies, body)
		p.acted[key] = m.Text
		if p.first != nil && p.first(w) {
			return
		}
	}))
	t.Cleanup(p.Close)
	return p
}

func hookFolder(t *testing.T, p *receiver) *folder {
	f := newFolder(t, map[string]string{"daily.recon": hookRules, "orders.csv": "no,amount\n1,1.00\n2,2.00\n3,3.00\n", "bill.csv": "no,amount\n1,1.00\n",
		"ticket.sh": "#!/bin/sh\ncat >>tickets; echo >>tickets\n"})
	if err := os.Chmod(f.path("ticket.sh"), 0o700); err != nil {
		t.Fatal(err)
	}
	f.env = append(f.env, "PAGE_URL="+p.URL+"/hooks/"+hookToken)
	return f
}

func (f *folder) tickets() int {
	b, _ := os.ReadFile(f.path("tickets"))
	return strings.Count(string(b), "\n")
}

// want fails unless the server acted once for each text, in any number of calls.
func (p *receiver) want(t *testing.T, texts ...string) {
	t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	var got []string
	for _, text := range p.acted {
		got = append(got, text)
	}
	slices.Sort(got)
	if !slices.Equal(got, texts) {
		t.Errorf("acted on %q, want %q", got, texts)
	}
}

// noToken fails if the token of the webhook is in an answer or anywhere in the folder.
func (f *folder) noToken(answers ...answer) {
	f.t.Helper()
	for _, a := range answers {
		if strings.Contains(a.out+a.err, hookToken) {
			f.t.Errorf("the token is printed:\n%s%s", a.out, a.err)
		}
	}
	err := walkFiles(f.dir, func(path string, text []byte) {
		if strings.Contains(string(text), hookToken) {
			f.t.Errorf("the token is in %s", path)
		}
	})
	if err != nil {
		f.t.Fatal(err)
	}
}

func walkFiles(dir string, visit func(path string, text []byte)) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		path := dir + "/" + e.Name()
		if e.IsDir() {
			if err := walkFiles(path, visit); err != nil {
				return err
			}
			continue
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		visit(path, text)
	}
	return nil
}

func TestMessagesAreDelivered(t *testing.T) {
	p := newReceiver(t)
	f := hookFolder(t, p)
	a := f.must(0, "run", "daily")
	p.want(t, "2 bills are missing")
	again := f.must(0, "run", "daily") // the same data says nothing
	f.write("bill.csv", "no,amount\n1,1.00\n2,2.00\n")
	f.write("orders.csv", "no,amount\n1,1.00\n2,2.00\n3,3.00\n4,4.00\n")
	later := f.must(0, "run", "daily")
	p.want(t, "1 bills are missing", "2 bills are missing")
	if f.tickets() != 2 || len(p.calls) != 2 {
		t.Errorf("%d tickets, calls %q", f.tickets(), p.calls)
	}
	published := strictFile(t, "message.schema.json", "")
	for _, body := range p.bodies {
		fits(t, published, body)
	}
	f.noToken(a, again, later, f.must(0, "plan", "daily"), f.must(0, "runs", "outbox"))
}

func TestUndeliveredMessagesWaitAndAreNamed(t *testing.T) {
	p := newReceiver(t)
	f := hookFolder(t, p)
	p.first = func(w http.ResponseWriter) bool {
		w.WriteHeader(http.StatusServiceUnavailable)
		fmt.Fprintf(w, "no service at %s/hooks/%s", p.URL, hookToken)
		return true
	}
	a := f.recon("run", "daily")
	a.wantTrouble(t, "action pager of rule daily did not take message", "(3 attempts)", "answered 503 Service Unavailable: no service at ***", "recon runs outbox")
	if !strings.Contains(a.out, "PASS") && !strings.Contains(a.out, "pass") || f.tickets() != 1 {
		t.Errorf("the verdict and the other action must stand; %d tickets\n%s", f.tickets(), a.out)
	}
	list := f.must(0, "runs", "outbox")
	if !strings.Contains(list.out, p.calls[0]) || !strings.Contains(list.out, "pager") || strings.Contains(list.out, "ticket") {
		t.Errorf("outbox:\n%s", list.out)
	}
	p.first = nil
	f.write("daily.recon", strings.ReplaceAll(hookRules, "pager", "beeper")) // its action is gone, and must be named
	gone := f.recon("run", "daily")
	gone.wantTrouble(t, `no action "pager" is declared any more`, "--drop")
	f.write("daily.recon", hookRules)
	ok := f.must(0, "run", "daily")
	p.want(t, "2 bills are missing")
	if p.calls[0] != p.calls[len(p.calls)-1] || f.tickets() != 1 {
		t.Errorf("calls %q, %d tickets", p.calls, f.tickets())
	}
	if list := f.must(0, "runs", "outbox"); !strings.Contains(list.out, "nothing waits") {
		t.Errorf("outbox:\n%s", list.out)
	}
	f.noToken(a, list, gone, ok)
}

func TestDropEndsAMessage(t *testing.T) {
	p := newReceiver(t)
	f := hookFolder(t, p)
	p.first = func(w http.ResponseWriter) bool { w.WriteHeader(http.StatusBadRequest); return true }
	f.recon("run", "daily").wantTrouble(t, "(1 attempt)", "answered 400")
	if a := f.must(0, "runs", "outbox", "--drop", p.calls[0]); !strings.Contains(a.out, "dropped "+p.calls[0]+" for pager, of rule daily") {
		t.Errorf("got %s", a.out)
	}
	f.recon("runs", "outbox", "--drop", p.calls[0]).wantTrouble(t, "no message")
	f.must(0, "run", "daily")
	if len(p.calls) != 1 {
		t.Errorf("calls %q", p.calls)
	}
}

// recon is killed, or interrupted, between settling and the end of delivery: the next run delivers, and a receiver that honours the key
// has acted once.
func TestKilledBetweenSettlingAndDelivery(t *testing.T) {
	for name, signal := range map[string]syscall.Signal{"killed": syscall.SIGKILL, "interrupted": syscall.SIGINT} {
		t.Run(name, func(t *testing.T) {
			p := newReceiver(t)
			f := hookFolder(t, p)
			arrived, hold := make(chan struct{}), make(chan struct{})
			p.first = func(http.ResponseWriter) bool {
				arrived <- struct{}{}
				<-hold
				return true
			}
			r := f.start("run", "daily")
			<-arrived
			if err := r.cmd.Process.Signal(signal); err != nil {
				t.Fatal(err)
			}
			a := r.wait()
			close(hold)
			if name == "interrupted" {
				a.wantTrouble(t, "interrupted while messages were sent")
			}
			p.mu.Lock()
			p.first = nil
			p.mu.Unlock()
			next := f.must(0, "run", "daily")
			p.want(t, "2 bills are missing")
			if len(p.calls) != 2 || p.calls[0] != p.calls[1] {
				t.Errorf("calls %q", p.calls)
			}
			if list := f.must(0, "runs", "outbox"); !strings.Contains(list.out, "nothing waits") {
				t.Errorf("outbox:\n%s", list.out)
			}
			f.noToken(a, next)
		})
	}
}

// cacheRules compare a database with its copy in Redis, and drop what differs there.
const cacheRules = `recon 1

secret redis_url = env("REDIS_URL")

source account from csv {
  path = "account.csv"
  zone = "Asia/Shanghai"
  columns {
    user_id     integer
    balance     decimal(20, 2) unit "CNY"
    level       string
    updated_at  timestamp
  }
}

source account_cache from redis {
  url  = secret.redis_url
  key  = "acct:{user_id}"
  read = "json"
  zone = "Asia/Shanghai"
  columns {
    user_id     integer
    balance     decimal(20, 2) unit "CNY" = json("$.bal")
    level       string                    = json("$.profile.level")
    updated_at  timestamp                 = json("$.ts") | parse_time("unix_ms")
  }
}

action drop_cache from redis {
  url     = secret.redis_url
  command = "DEL acct:{user_id}"
}

rule cache between account, account_cache {
  key user_id
  compare balance
  compare level ignoring case, space
  compare updated_at within 3s

  on mismatch {
    do drop_cache {
      limit    = 50
      approval = "auto"
    }
  }
}
`

func TestCacheIsComparedAndDropped(t *testing.T) {
	var servers dbtest.Servers
	t.Cleanup(servers.Stop)
	db := servers.Redis(t)
	db.Do(t, "SET", "acct:1", `{"bal": 12.30, "profile": {"level": "GOLD "}, "ts": 1763604001000}`)
	db.Do(t, "SET", "acct:2", `{"bal": 123456789012345678.01, "profile": {"level": "gold"}, "ts": 1763604000000}`)
	db.Do(t, "SET", "acct:3", `{"bal": 10, "profile": {"level": "gold"}, "ts": 1763604009000}`)
	db.Do(t, "SET", "other:1", "x")
	f := newFolder(t, map[string]string{"cache.recon": cacheRules, "account.csv": `user_id,balance,level,updated_at
1,12.30,gold,2025-11-20 10:00:00
2,123456789012345678.02,gold,2025-11-20 10:00:00
3,10.00,gold,2025-11-20 10:00:00
4,1.00,gold,2025-11-20 10:00:00
`})
	f.env = append(f.env, "REDIS_URL="+db.URL)
	a := f.must(1, "run", "cache", "--format", "json")
	var run struct {
		Outcomes struct {
			Matched  int
			Mismatch struct{ By map[string]int }
			Missing  map[string]int
		}
	}
	if err := json.Unmarshal([]byte(a.out), &run); err != nil {
		t.Fatal(err)
	}
	o := run.Outcomes
	if o.Matched != 1 || o.Mismatch.By["balance"] != 1 || o.Mismatch.By["updated_at"] != 1 || o.Missing["account_cache"] != 1 {
		t.Errorf("got %s", a.out)
	}
	if got := db.Do(t, "EXISTS", "acct:1"); got != "1" {
		t.Error("a key that agrees was dropped")
	}
	if got := db.Do(t, "EXISTS", "acct:2", "acct:3"); got != "0" {
		t.Errorf("%s keys that differ are left", got)
	}
	f.must(0, "schema", "pull", "account_cache")
	if strings.Contains(a.out+a.err, db.Password) {
		t.Error("the password is printed")
	}
}
