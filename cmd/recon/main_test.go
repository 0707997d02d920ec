package main

import (
	"bytes"
	"compress/gzip"
	"database/sql"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/recon-lang/recon/sdk"
	"github.com/recon-lang/recon/sdk/sdktest/dbtest"
	"github.com/rogpeppe/go-internal/testscript"
	_ "modernc.org/sqlite"
)

var update = flag.Bool("update", false, "write golden parts of scripts anew")

// TestMain makes the test binary be recon where a script calls it, also as the process of a
// bundled plugin.
func TestMain(m *testing.M) {
	for name, plugin := range map[string]sdk.Source{"leaky": leaky{}, "waiting": waiting{}} {
		if filepath.Base(os.Args[0]) == "recon-plugin-"+name {
			sdk.Serve(plugin)
			os.Exit(exitClean)
		}
	}
	testscript.Main(all{m}, map[string]func(){"recon": main})
}

// servers are the databases that tests of whole runs read.
var servers dbtest.Servers

// all are the tests, with an end to the servers that they started.
type all struct{ *testing.M }

func (a all) Run() int {
	defer servers.Stop()
	return a.M.Run()
}

// TestScripts runs the whole program: its output, exit codes and files.
func TestScripts(t *testing.T) {
	testscript.Run(t, params("testdata/script"))
}

func params(dir string) testscript.Params {
	return testscript.Params{
		Dir:                 dir,
		UpdateScripts:       *update,
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(env *testscript.Env) error {
			// A home of its own, so that no cache of the machine's user is seen or written.
			env.Setenv("HOME", env.WorkDir+"/home")
			env.Setenv("XDG_CACHE_HOME", env.WorkDir+"/cache")
			env.Setenv("NO_COLOR", "1")
			return os.MkdirAll(env.WorkDir+"/home", 0o755)
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"badfiles":    badFiles,
			"breakid":     breakID,
			"changefile":  changeFile,
			"changetable": changeTable,
			"cutfile":     cutFile,
			"exitcode":    exitcode,
			"sqlite":      makeSQLite,
		},
	}
}

// exitcode runs a command and wants a certain exit code: exitcode 2 recon run cash
func exitcode(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exitcode CODE COMMAND…")
	}
	err := ts.Exec(args[1], args[2:]...)
	code := "0"
	if err != nil {
		code = "?"
		if e, ok := err.(interface{ ExitCode() int }); ok {
			code = string(rune('0' + e.ExitCode()))
		}
	}
	if code != args[0] {
		ts.Fatalf("exit code %s, want %s", code, args[0])
	}
}

// breakID sets BREAK to the id of the break of a key, out of the list in JSON that was just printed: breakid A2
func breakID(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: breakid KEY")
	}
	for line := range strings.Lines(ts.ReadFile("stdout")) {
		if strings.Contains(line, `"`+args[0]+`"`) {
			_, id, _ := strings.Cut(line, `"break":"`)
			id, _, _ = strings.Cut(id, `"`)
			ts.Setenv("BREAK", id)
			return
		}
	}
	ts.Fatalf("no break of %s", args[0])
}

// badFiles writes what a script's text cannot hold: latin.csv, which is not UTF-8, and cut.csv.gz, which
// ends too early.
func badFiles(ts *testscript.TestScript, _ bool, _ []string) {
	ts.Check(os.WriteFile(ts.MkAbs("latin.csv"), []byte("id,amount\ncaf\xe9,1.00\n"), 0o644))
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	fmt.Fprint(w, "id,amount\n")
	for i := range 10_000 {
		fmt.Fprintf(w, "A%d,%d.00\n", i*7919%10007, i)
	}
	ts.Check(w.Close())
	ts.Check(os.WriteFile(ts.MkAbs("cut.csv.gz"), packed.Bytes()[:packed.Len()/2], 0o644))
}

// cutFile copies the first half of a file: cutfile FROM TO
func cutFile(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: cutfile FROM TO")
	}
	text := ts.ReadFile(args[0])
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(text[:len(text)/2]), 0o644))
}

// changeFile copies a file with another byte in its middle: changefile FROM TO
func changeFile(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: changefile FROM TO")
	}
	text := []byte(ts.ReadFile(args[0]))
	text[len(text)/2] ^= 1
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), text, 0o644))
}

// changeTable changes bytes in the middle of each table of a state: changetable DIR. One bit would not do, as a compressed block can mean the same without it.
func changeTable(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: changetable DIR")
	}
	tables, err := filepath.Glob(filepath.Join(ts.MkAbs(args[0]), "db", "*.sst"))
	ts.Check(err)
	if len(tables) == 0 {
		ts.Fatalf("no tables in %s", args[0])
	}
	for _, name := range tables {
		table, err := os.ReadFile(name)
		ts.Check(err)
		middle := table[len(table)/2:]
		for i := range min(64, len(middle)) {
			middle[i] ^= 0xff
		}
		ts.Check(os.WriteFile(name, table, 0o644))
	}
}

// makeSQLite makes a database from statements in a file: sqlite shop.db shop.sql
func makeSQLite(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: sqlite DATABASE STATEMENTS")
	}
	db, err := sql.Open("sqlite", ts.MkAbs(args[0]))
	ts.Check(err)
	_, err = db.Exec(ts.ReadFile(args[1]))
	ts.Check(err)
	ts.Check(db.Close())
}
