package main

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/recon-lang/recon/lang"
	"github.com/recon-lang/recon/lang/builtin"
	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/lang/langtest"
	"github.com/recon-lang/recon/lang/syntax"
	"github.com/recon-lang/recon/plugins"
	"github.com/recon-lang/recon/sdk/schema"
	"github.com/spf13/cobra"
)

// TestReferencePages holds the pages that are made from Go values to these values. Write them anew with
//
//	go test ./cmd/recon -run TestReferencePages -update
func TestReferencePages(t *testing.T) {
	for name, write := range map[string]func(io.Writer){
		"cli":         writeCommands,
		"diagnostics": func(w io.Writer) { writeDiagnostics(t, w) },
		"functions":   writeFunctions,
		"lsp":         func(w io.Writer) { writeProtocol(t, w) },
		"lints":       writeLints,
		"plugins":     writePlugins,
		"statements":  writeStatements,
	} {
		t.Run(name, func(t *testing.T) {
			var page bytes.Buffer
			write(&page)
			path := "../../docs/reference/" + name + ".md"
			if *update {
				if err := os.WriteFile(path, page.Bytes(), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			have, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(have, page.Bytes()) {
				t.Errorf("%s is not what the code says; write it anew with -update", path)
			}
		})
	}
}

// pageHead begins a page that nobody edits.
func pageHead(w io.Writer, title, intro string) {
	fmt.Fprintf(w, "<!-- Made from the code by go test ./cmd/recon -run TestReferencePages -update; do not edit. -->\n\n# %s\n\n%s\n", title, intro)
}

func writeDiagnostics(t *testing.T, w io.Writer) {
	pageHead(w, "Diagnostics", "What `recon check` and the editor report, by code. A code is never used again for something else. "+
		"`recon explain CODE` prints the same. The first example gets the code, with the message below it; the second does not.")
	ranges := []struct{ prefix, title string }{
		{"RC1", "Text and syntax"}, {"RC2", "Names and types"}, {"RC3", "Plugins and settings"}, {"RC4", "Lint"}, {"RC5", "Changes"}, {"RC6", "Tests"},
	}
	codes := diag.Codes()
	for _, r := range ranges {
		first := true
		for _, e := range codes {
			if !strings.HasPrefix(string(e.Code), r.prefix) {
				continue
			}
			if first {
				fmt.Fprintf(w, "\n## %s\n", r.title)
				first = false
			}
			fmt.Fprintf(w, "\n### %s: %s\n\n%s\n", e.Code, e.Title, strings.TrimSpace(e.Why))
			good := "recon"
			if r.prefix == "RC1" {
				good = "recon-part" // examples of syntax need no sources
			}
			if e.Before != "" { // what is bad is the change
				before := "recon"
				if e.Code == diag.NotCompared {
					before = "recon-bad " + string(diag.UnknownSource)
				}
				fmt.Fprintf(w, "\nBefore:\n\n```%s\n%s```\n\nThis change gets the code:\n\n```diff\n%s```\n", before, lines(e.Before), e.Change(e.Bad))
				if good := e.Change(e.Good); good != "" && e.Code != diag.NotCompared {
					fmt.Fprintf(w, "\nThis one does not:\n\n```diff\n%s```\n", good)
				}
				continue
			}
			if e.Bad != "" {
				fmt.Fprintf(w, "\n```recon-bad %s\n%s```\n\n```text\n%s```\n", e.Code, lines(e.Bad), said(t, e))
			}
			if e.Good != "" {
				fmt.Fprintf(w, "\n```%s\n%s```\n", good, lines(e.Good))
			}
			if how := e.Silence(); how != "" {
				fmt.Fprintf(w, "\nTo silence it: `%s`\n", how)
			}
		}
	}
}

// said is what is reported of the bad example of a code, with the place at fault.
func said(t *testing.T, e diag.Explanation) string {
	unit := lang.CompileAll([]*diag.File{{Name: "page.recon", Text: []byte(e.Bad)}}, langtest.Import, func([]string) schema.Catalog { return bundled() })
	diags := append(unit.Diags, unit.Lint()...)
	if !unit.Diags.HasErrors() && len(unit.Program.Tests) > 0 {
		diags = append(diags, testDiagnostics(t, unit.Program)...)
	}
	diags = slices.DeleteFunc(diags, func(d diag.Diagnostic) bool { return d.Code != e.Code })
	if len(diags) == 0 {
		t.Errorf("the bad example of %s does not get it", e.Code)
	}
	var text strings.Builder
	if err := diag.Text(&text, diags, false); err != nil {
		t.Error(err)
	}
	return lines(text.String())
}

// bundled describes the plugins and actions that recon brings along.
func bundled() schema.Catalog {
	sources := map[string]schema.Source{}
	for name, source := range plugins.Builtin() {
		sources[name] = source().Describe()
	}
	return schema.Catalog{Sources: sources, Actions: bundledActions()}
}

// writeLints lists the lints, each with what recon fix does about its bad example.
func writeLints(w io.Writer) {
	pageHead(w, "Lints", "What `recon check` warns of: files that are valid and probably not what was meant. Each has a page in "+
		"[diagnostics](diagnostics.md#lint). Where one is wrong, [silence it](../how-to/silence-a-lint.md); with `recon check --strict` those that are left are findings. "+
		"\"Mends\" says that `recon fix` may make the change unasked, \"offers\" that an editor and the json output suggest one.")
	fmt.Fprint(w, "\n| lint | finds | fix |\n|---|---|---|\n")
	for _, e := range diag.Codes() {
		if !e.Code.Lint() {
			continue
		}
		fix := ""
		unit := lang.Compile([]*diag.File{{Name: "bad.recon", Text: []byte(e.Bad)}}, func([]string) schema.Catalog { return bundled() })
		for _, d := range unit.Lint() {
			for _, f := range d.Fixes {
				if d.Code == e.Code && f.Safe {
					fix = "mends"
				} else if d.Code == e.Code && fix == "" {
					fix = "offers"
				}
			}
		}
		fmt.Fprintf(w, "| [%s](diagnostics.md#%s) | %s | %s |\n", e.Code, slug(fmt.Sprintf("%s: %s", e.Code, e.Title)), cell(e.Title), fix)
	}
}

// lines is text that ends with one newline.
func lines(text string) string { return strings.TrimRight(text, "\n") + "\n" }

func writeFunctions(w io.Writer) {
	pageHead(w, "Functions", "What an expression may call. A null argument gives null unless the text says otherwise. An optional parameter has a `?`, "+
		"one that repeats a `…`.")
	families := []struct {
		family builtin.Family
		title  string
	}{
		{builtin.TextFamily, "Text"}, {builtin.NumberFamily, "Numbers"}, {builtin.TimeFamily, "Time"},
		{builtin.ChoiceFamily, "Choice"}, {builtin.JSONFamily, "JSON"},
	}
	for _, f := range families {
		fmt.Fprintf(w, "\n## %s\n", f.title)
		for _, fn := range builtin.Funcs {
			if fn.Family != f.family {
				continue
			}
			fmt.Fprintf(w, "\n### %s\n\n%s\n", fn.Name, fn.Doc)
			fmt.Fprintf(w, "\n    %s\n", fn.Signature())
			if fn.Example != "" {
				fmt.Fprintf(w, "    %s\n", fn.Example)
			}
		}
	}
	fmt.Fprint(w, "\n## In one place only\n\n| form | where | means |\n|---|---|---|\n")
	for _, s := range builtin.Specials {
		fmt.Fprintf(w, "| `%s` | %s | %s For example `%s`. |\n", s.Signature, s.Place, cell(s.Doc), cell(s.Example))
	}
}

// cell is text inside a Markdown table.
func cell(text string) string {
	return strings.ReplaceAll(strings.ReplaceAll(text, "\n", " "), "|", `\|`)
}

func writePlugins(w io.Writer) {
	pageHead(w, "Plugins", "The bundled sources, the actions, and their settings. `recon plugin show NAME` prints the same, for other plugins too. What every source has "+
		"(`columns`, `where`, `time`, `zone`, `sorted`, `bad_rows`) is in [the language reference](language.md#5-sources).")
	table := plugins.Builtin()
	for _, name := range slices.Sorted(maps.Keys(table)) {
		s := table[name]().Describe()
		fmt.Fprintf(w, "\n## %s\n\n%s\n", s.Name, s.Doc)
		if can := abilities(s.Abilities); len(can) > 0 {
			fmt.Fprintf(w, "\nIt %s.\n", strings.Join(can, "; it "))
		}
		for _, group := range s.OneSetting {
			fmt.Fprintf(w, "\nExactly one of `%s` is given.\n", strings.Join(group, "`, `"))
		}
		writeSettings(w, "setting", s.Settings)
	}
	fmt.Fprint(w, "\n# Actions\n\nWhat a handler can do: see [the language reference](language.md). Settings stand where the action is declared, fields where a handler does it.\n")
	actions := bundledActions()
	for _, name := range slices.Sorted(maps.Keys(actions)) {
		a := actions[name]
		fmt.Fprintf(w, "\n## %s, the action\n\n%s\n", a.Name, a.Doc)
		if a.PerBreak {
			fmt.Fprint(w, "\nIt is done once for each break.\n")
		}
		writeSettings(w, "setting", a.Settings)
		if len(a.Fields) > 0 {
			writeSettings(w, "field", a.Fields)
		}
	}
}

// bundledActions are the actions that recon does itself and those of the bundled plugins.
func bundledActions() map[string]schema.Action {
	actions := builtinActions()
	for name, a := range plugins.Actions() {
		actions[name] = a().Describe()
	}
	return actions
}

func writeSettings(w io.Writer, word string, settings []schema.Setting) {
	fmt.Fprintf(w, "\n| %s | type | default | means |\n|---|---|---|---|\n", word)
	for _, set := range settings {
		def := ""
		switch {
		case set.Required:
			def = "required"
		case set.Default != "":
			def = "`" + cell(set.Default) + "`"
		}
		doc := set.Doc
		if len(set.OneOf) > 0 {
			doc += " One of `" + strings.Join(set.OneOf, "`, `") + "`."
		}
		if set.Example != "" {
			doc += fmt.Sprintf(" For example `%s = %s`.", set.Name, set.Example)
		}
		fmt.Fprintf(w, "| `%s` | %s | %s | %s |\n", set.Name, set.Type, def, cell(doc))
	}
}

// abilities says what a source can do beyond reading its rows.
func abilities(a schema.Abilities) []string {
	var can []string
	for _, ability := range []struct {
		has bool
		doc string
	}{
		{a.Typed, "knows the types of its columns, for `recon schema pull`"},
		{a.Conditions, "evaluates conditions itself where they mean the same there"},
		{a.Order, "can deliver rows in the order of a key"},
		{a.Checksum, "can say what ranges of rows add up to, for the strategy checksum"},
	} {
		if ability.has {
			can = append(can, ability.doc)
		}
	}
	return can
}

func writeStatements(w io.Writer) {
	pageHead(w, "Statements", "Every declaration and statement, and the blocks that take it. What they mean is in [the language reference](language.md).")
	fmt.Fprint(w, "\n| statement | form | where | says |\n|---|---|---|---|\n")
	for _, s := range syntax.Statements {
		in := make([]string, len(s.In))
		for i, k := range s.In {
			in[i] = k.String()
		}
		fmt.Fprintf(w, "| %s | `%s` | %s | %s |\n", s.Name, cell(s.Form), strings.Join(in, ", "), cell(s.Doc))
	}
	writeAttributes(w)
}

func writeAttributes(w io.Writer) {
	fmt.Fprint(w, "\n## Attributes\n\nThose that do not depend on a plugin. What a plugin or an action takes besides is in [plugins](plugins.md).\n")
	fmt.Fprint(w, "\n| attribute | where | as in | says |\n|---|---|---|---|\n")
	for _, a := range syntax.Attributes {
		in := make([]string, len(a.In))
		for i, k := range a.In {
			in[i] = k.String()
		}
		fmt.Fprintf(w, "| %s | %s | `%s` | %s |\n", a.Name, strings.Join(in, ", "), cell(a.Form), cell(a.Doc))
	}
}

func writeCommands(w io.Writer) {
	pageHead(w, "Commands", "What `recon COMMAND --help` prints. Exit codes: 0 nothing found, 1 findings, 2 trouble.")
	root := newRoot(environment{out: io.Discard, err: io.Discard})
	var walk func(c *cobra.Command)
	walk = func(c *cobra.Command) {
		for _, sub := range c.Commands() {
			if sub.Hidden || sub.Name() == "help" {
				continue
			}
			if sub.Runnable() && !sub.HasSubCommands() {
				sub.InitDefaultHelpFlag()
				fmt.Fprintf(w, "\n## %s\n\n", sub.CommandPath())
				fmt.Fprintf(w, "```\n%s\n```\n", strings.TrimSpace(helpOf(sub)))
			}
			walk(sub)
		}
	}
	root.InitDefaultCompletionCmd()
	walk(root)
}

func helpOf(c *cobra.Command) string {
	var out bytes.Buffer
	c.SetOut(&out)
	if err := c.Help(); err != nil {
		return err.Error()
	}
	return out.String()
}
