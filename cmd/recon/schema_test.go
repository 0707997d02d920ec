package main

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"golang.org/x/tools/txtar"
)

// TestResultsFitTheSchema runs rules of every kind and holds what they print as JSON to the published schema,
// taken strictly: a member that the schema does not state is a mistake of the schema.
func TestResultsFitTheSchema(t *testing.T) {
	t.Parallel()
	runs, breaks := strictSchema(t, "run"), strictSchema(t, "breaks")
	archive, err := txtar.ParseFile("testdata/results.txtar")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for _, f := range archive.Files {
		if err := os.WriteFile(filepath.Join(dir, f.Name), f.Data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	recon := func(code int, args ...string) []byte {
		t.Helper()
		c := exec.CommandContext(t.Context(), "recon", args...)
		var stderr bytes.Buffer
		c.Dir, c.Stderr = dir, &stderr
		out, err := c.Output()
		if c.ProcessState == nil || c.ProcessState.ExitCode() != code {
			t.Fatalf("recon %s: exit code is not %d: %v\n%s", strings.Join(args, " "), code, err, &stderr)
		}
		return out
	}
	seen := map[string]bool{}
	for _, day := range []string{"2026-03-02", "2026-03-03", "2026-03-12"} {
		for line := range bytes.Lines(recon(exitTrouble, "run", "--param", "date="+day, "--format", "json")) {
			run := fits(t, runs, line).(map[string]any)
			seen[run["verdict"].(string)] = true
		}
	}
	for _, verdict := range []string{"pass", "fail", "trouble"} {
		if !seen[verdict] {
			t.Errorf("no run has the verdict %s", verdict)
		}
	}
	list := fits(t, breaks, recon(exitClean, "breaks", "export", "--format", "json")).([]any)
	first := list[0].(map[string]any)["break"].(string)
	recon(exitClean, "breaks", "accept", first, "--who", "ann", "--why", "known")
	list = fits(t, breaks, recon(exitClean, "breaks", "list", "--format", "json")).([]any)
	for _, b := range list {
		seen[b.(map[string]any)["state"].(string)] = true
		for _, i := range b.(map[string]any)["items"].([]any) {
			seen[i.(map[string]any)["outcome"].(string)] = true
		}
	}
	for _, what := range []string{"open", "expired", "pending", "accepted", "missing", "mismatch", "duplicate", "unkeyed", "breach"} {
		if !seen[what] {
			t.Errorf("no break is %s", what)
		}
	}
}

// strictSchema is a definition of the published schema that forbids what it does not state.
func strictSchema(t *testing.T, def string) *jsonschema.Schema {
	t.Helper()
	return strictFile(t, "result.schema.json", "#/$defs/"+def)
}

// strictFile is a schema of the reference that forbids what it does not state.
func strictFile(t *testing.T, name, ref string) *jsonschema.Schema {
	t.Helper()
	text, err := os.ReadFile("../../docs/reference/" + name)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	var close func(v any)
	close = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			_, props := v["properties"]
			if _, more := v["additionalProperties"]; props && !more {
				v["additionalProperties"] = false
			}
			for _, e := range v {
				close(e)
			}
		case []any:
			for _, e := range v {
				close(e)
			}
		}
	}
	close(doc)
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource(name, doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile(name + ref)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// fits reads a JSON text that must fit the schema.
func fits(t *testing.T, s *jsonschema.Schema, text []byte) any {
	t.Helper()
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	if err := s.Validate(v); err != nil {
		var pretty bytes.Buffer
		_ = json.Indent(&pretty, text, "", "  ")
		t.Fatalf("%v\n%s", err, &pretty)
	}
	return v
}
