package main

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/zeebo/xxh3"
)

// waitingRules compare a file with a source that waits in the middle.
const waitingRules = `recon 1

param shop: string = "a"

source orders from csv {
  path = "orders.csv"

  columns {
    no      string
    amount  decimal(18, 2)
  }
}

source slow from waiting {
  where no != shop

  file = "go"
  rows = 30000

  columns {
    no      string
    amount  decimal(18, 2)
  }
}

rule pay between orders, slow {
  key no
  compare amount
  fail when missing.count > 1000000
}

rule other between orders, slow {
  key no
  compare amount
}

rule one over orders {
  unique no
}
`

const resumeAt = "2026-11-22T06:00:00+08:00"

// waitingFolder is a folder whose rule pay waits unless there is a file go.
func waitingFolder(t *testing.T) *crashed {
	t.Helper()
	var b strings.Builder
	b.WriteString("no,amount\n")
	for i := range int64(30_000) {
		row := waitingRow(i)
		switch {
		case i%1000 == 1:
			continue
		case i%1000 == 2:
			row[1] = "1" + row[1]
		case i%1000 == 3:
			fmt.Fprintf(&b, "%s,%s\n", row[0], row[1])
		}
		fmt.Fprintf(&b, "%s,%s\n", row[0], row[1])
	}
	c := newCrashed(t, map[string]string{"rules.recon": waitingRules, "orders.csv": b.String()}, "")
	c.plugins("waiting")
	return c
}

// kill starts a run, kills it when it has kept something, and waits until its processes are gone.
func (c *crashed) kill(args ...string) {
	c.t.Helper()
	r := c.start(args...)
	r.until("something is kept", func() bool { return c.journal() != "" })
	if err := r.cmd.Process.Signal(syscall.SIGKILL); err != nil {
		c.t.Fatal(err)
	}
	r.wait()
	for wait := time.Now(); len(c.processes()) > 0; time.Sleep(5 * time.Millisecond) {
		if time.Since(wait) > time.Minute {
			c.t.Fatalf("processes are left: %v", c.processes())
		}
	}
}

// journal is the path of the one journal in the folder of spill files, "" if there is none.
func (c *crashed) journal() string {
	found, _ := filepath.Glob(c.path(".recon/spill/*/journal"))
	if len(found) != 1 {
		return ""
	}
	return found[0]
}

// kept is all files of spilled rows, with their contents.
func (c *crashed) kept() string {
	var b strings.Builder
	files, _ := filepath.Glob(c.path(".recon/spill/*/*"))
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			c.t.Fatal(err)
		}
		fmt.Fprintf(&b, "%s %x\n", f, xxh3.Hash(text))
	}
	return b.String()
}

// TestResume goes on with a killed run of which one side was read to its end: that side's file is gone by then, and the result is that of a run that
// nobody killed.
func TestResume(t *testing.T) {
	t.Parallel()
	whole := waitingFolder(t)
	whole.write("go", "")
	args := []string{"run", "pay", "--at", resumeAt, "--memory", "512KB"}
	want := whole.must(exitClean, args...).out
	opened := whole.opened()

	c := waitingFolder(t)
	orders, err := os.ReadFile(c.path("orders.csv"))
	if err != nil {
		t.Fatal(err)
	}
	c.recon("run", "--resume").wantTrouble(t, "nothing to resume of pay, other, one: run without --resume", "a rule over one side keeps nothing at all")
	c.kill(args...)
	if err := os.Remove(c.path("orders.csv")); err != nil {
		t.Fatal(err)
	}
	left := c.kept()
	c.recon("run", "pay", "other", "--resume").wantTrouble(t, "nothing to resume of other: run without --resume")
	for range 2 { // to go on and come to no end changes nothing: what was kept is there for the next
		c.wantTimeout(time.Second, []string{"run", "--resume"}, "orders had given 30000 rows")
	}
	r := c.start("run", "--resume")
	r.until("it goes on", func() bool { return len(c.processes()) > 1 })
	c.recon("run", "--resume").wantTrouble(t, "recon: the run of pay that started at ", " is under way", "nothing to resume of pay")
	if err := r.cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	r.wait().wantTrouble(t, "recon: interrupted; the state is as it was")
	c.write("go", "")
	a := c.must(exitClean, "run", "--resume")
	same(t, "report", a.out, want)
	same(t, "list of breaks", c.opened(), opened)
	if said := regexp.MustCompile(`recon: pay goes on with the run that started at \S+: orders read\n`); !said.MatchString(a.err) {
		t.Errorf("it says\n%s", a.err)
	}
	c.must(exitClean, "state", "verify")
	c.wantNothingLeft("after resuming")
	c.recon("run", "--resume").wantTrouble(t, "nothing to resume of")

	os.Remove(c.path("go"))
	c.write("orders.csv", string(orders))
	c.kill(args...)
	if left == c.kept() {
		t.Fatal("it is the same run")
	}
	c.write("go", "")
	a = c.must(exitClean, args...)
	if !strings.Contains(a.err, "recon: a run of pay that started at ") || !strings.Contains(a.err, "this one starts afresh, and removes what that one had finished (--resume would") {
		t.Errorf("it says\n%s", a.err)
	}
	c.wantNothingLeft("after a run that started afresh")
}

// TestResumeRefused changes something between the kill and the resuming, and wants it named, and what was kept as it was.
func TestResumeRefused(t *testing.T) {
	t.Parallel()
	c := waitingFolder(t)
	args := []string{"run", "pay", "--at", resumeAt, "--memory", "512KB"}
	c.write("go", "")
	c.must(exitClean, args...)
	want := c.must(exitClean, args...).out // the second time nothing is new
	os.Remove(c.path("go"))
	c.kill(args...)
	c.write("go", "")
	left := c.kept()
	refused := func(why string, args ...string) {
		t.Helper()
		c.recon(append([]string{"run", "pay", "--resume"}, args...)...).wantTrouble(t, "run pay: the run of ", " that was killed cannot be resumed: "+why,
			"hint: run it without --resume: it starts afresh, and removes what the killed run had kept")
		if c.kept() != left {
			t.Error("what was kept has changed")
		}
	}
	rules := func(old, new string) {
		t.Helper()
		if !strings.Contains(waitingRules, old) {
			t.Fatalf("the rules have no %q", old)
		}
		c.write("rules.recon", strings.Replace(waitingRules, old, new, 1))
	}
	refused("its parameter shop was a, and not b", "--param", "shop=b")
	refused("its instant was 2026-11-22T06:00:00+08:00, and not 2026-11-22T06:00:01+08:00", "--at", "2026-11-22T06:00:01+08:00")
	refused("it was one by hash, and not by merge", "--strategy", "merge")
	rules("fail when missing.count > 1000000", "fail when missing.count > 1000001")
	refused("the rule has changed since")
	rules("compare amount", "compare amount within 0.01")
	refused("the rule has changed since")
	rules(`path = "orders.csv"`, "path = \"orders.csv\"\n  encoding = \"utf-8\"")
	refused("the settings of orders have changed since")
	c.write("rules.recon", waitingRules)

	journal := c.journal()
	text, err := os.ReadFile(journal)
	if err != nil {
		t.Fatal(err)
	}
	header, rest := firstRecord(t, text)
	other := regexp.MustCompile(`"recon":"[^"]*"`).ReplaceAll(header, []byte(`"recon":"0.0.9"`))
	if err := os.WriteFile(journal, withRecord(other, rest), 0o600); err != nil {
		t.Fatal(err)
	}
	left = c.kept()
	refused("it was one of recon 0.0.9, and this is ")
	if err := os.WriteFile(journal, text, 0o600); err != nil {
		t.Fatal(err)
	}
	left = c.kept()

	// As if by a copy of the folder, the same rule settles meanwhile.
	spill := c.path(".recon/spill")
	if err := os.Rename(spill, c.path("aside")); err != nil {
		t.Fatal(err)
	}
	state := c.t.TempDir()
	if err := os.CopyFS(state, os.DirFS(c.path(".recon"))); err != nil {
		t.Fatal(err)
	}
	c.must(exitClean, "run", "pay", "--at", resumeAt)
	back := func() {
		t.Helper()
		os.RemoveAll(spill)
		if err := os.Rename(c.path("aside"), spill); err != nil {
			t.Fatal(err)
		}
	}
	back()
	left = c.kept()
	refused("run ")
	if err := os.Rename(spill, c.path("aside")); err != nil {
		t.Fatal(err)
	}
	os.RemoveAll(c.path(".recon"))
	if err := os.CopyFS(c.path(".recon"), os.DirFS(state)); err != nil {
		t.Fatal(err)
	}
	back()
	same(t, "report", c.must(exitClean, "run", "pay", "--resume", "--param", "shop=a", "--at", resumeAt).out, want)
	c.wantNothingLeft("after resuming")
}

const journalHead = "recon journal 1\n"

// firstRecord is the first record of a journal, and what is behind it.
func firstRecord(t *testing.T, text []byte) (record, rest []byte) {
	t.Helper()
	text, ok := bytes.CutPrefix(text, []byte(journalHead))
	if !ok || len(text) < 12 {
		t.Fatalf("this is no journal: %.40q", text)
	}
	size := binary.LittleEndian.Uint32(text)
	return text[12 : 12+size], text[12+size:]
}

func withRecord(record, rest []byte) []byte {
	b := binary.LittleEndian.AppendUint32([]byte(journalHead), uint32(len(record)))
	b = binary.LittleEndian.AppendUint64(b, xxh3.Hash(record))
	return append(append(b, record...), rest...)
}

// TestResumeKilledRuns kills runs at random moments, and those that go on with them too, until one comes to its end. It gives what a run gives that nobody
// kills, and leaves nothing. RECON_CRASHES says how many, ten times over.
func TestResumeKilledRuns(t *testing.T) {
	t.Parallel()
	times := int64(8)
	if n, err := strconv.ParseInt(os.Getenv("RECON_CRASHES"), 10, 64); err == nil {
		times = n / 10
	}
	const rows, seed = 40_000, 8
	files := func(second bool) map[string]string {
		f := crashFiles(rand.New(rand.NewPCG(seed, seed)), rows, second)
		f["rules.recon"] = crashRules
		return f
	}
	args := append([]string{}, secondDay...)
	args[6] = "1MB"
	first := newCrashed(t, files(false), "")
	first.must(exitClean, "run", "--param", "date=2026-11-20", "--at", "2026-11-21T06:00:00+08:00")
	whole := newCrashed(t, files(true), first.path(".recon"))
	started := time.Now()
	want := whole.must(exitClean, args...).out
	took := time.Since(started)
	opened := whole.opened()

	var next, kills, resumes, parts, done atomic.Int64
	var workers sync.WaitGroup
	for range 2 {
		workers.Go(func() {
			for n := next.Add(1); n <= times && !t.Failed(); n = next.Add(1) {
				t.Run(fmt.Sprintf("kill %d", n), func(t *testing.T) {
					random := rand.New(rand.NewPCG(uint64(n), 3))
					c := newCrashed(t, files(true), first.path(".recon"))
					call := args
					for try := 0; ; try++ {
						r := c.start(call...)
						if try < 4 {
							pause := time.Duration(random.Int64N(int64(took)))
							if random.IntN(2) == 0 { // soon after something is kept
								pause /= 8
								for ended := false; !ended && c.journal() == ""; {
									select {
									case <-r.done:
										ended = true
									case <-time.After(time.Millisecond):
									}
								}
							}
							select {
							case <-r.done:
							case <-time.After(pause):
								_ = r.cmd.Process.Signal(syscall.SIGKILL) // it may have ended meanwhile
							}
						}
						a := r.wait()
						if found := regexp.MustCompile(`goes on with the run .* (\d+) of \d+ parts matched`).FindStringSubmatch(a.err); found != nil {
							parts.Add(1)
						} else if strings.Contains(a.err, "goes on with the run") {
							resumes.Add(1)
						}
						if a.code == exitClean {
							same(t, "report", a.out, want)
							break
						}
						if a.code == exitTrouble {
							if strings.Contains(a.err, "had settled before it was killed") {
								done.Add(1)
								break
							}
							if !strings.Contains(a.err, "nothing to resume") {
								t.Fatalf("it ends in trouble:\n%s", a.err)
							}
							if c.opened() == opened { // it had settled, and all but its folder was gone
								done.Add(1)
								break
							}
							call = args
							continue
						}
						kills.Add(1)
						call = []string{"run", "--resume", "--show", "1000", "--cores", fmt.Sprint(1 + random.IntN(3))}
						c.must(exitClean, "state", "verify")
					}
					same(t, "list of breaks", c.opened(), opened)
					c.must(exitClean, "state", "verify")
					c.must(exitClean, args...)
					c.wantNothingLeft("after all")
				})
			}
		})
	}
	workers.Wait()
	t.Logf("%d kills; %d runs went on with sides, %d with parts, too; %d had settled", kills.Load(), resumes.Load(), parts.Load(), done.Load())
	if !t.Failed() && times >= 20 && (kills.Load() < times/2 || resumes.Load()+parts.Load() < times/8) { // chance may miss a kind with fewer
		t.Error("the kills come at the wrong moments")
	}
}
