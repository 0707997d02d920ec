package lsp_test

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
)

// action is a code action; the client gives it back whole.
type action struct {
	Title, Kind string
	IsPreferred bool
	Diagnostics []struct{ Code string }
	Edit        *struct {
		Changes         map[string][]change
		DocumentChanges []struct {
			TextDocument struct {
				URI     string
				Version *int
			}
			Edits []change
		}
	}
	raw json.RawMessage
}

func (c *client) actions(params map[string]any) (list []action) {
	c.t.Helper()
	var raw []json.RawMessage
	c.call("textDocument/codeAction", params, &raw)
	for _, r := range raw {
		a := action{raw: r}
		if err := json.Unmarshal(r, &a); err != nil {
			c.t.Fatal(err)
		}
		list = append(list, a)
	}
	return list
}

func TestCodeActions(t *testing.T) {
	ask := func(c *markCase, m mark, last int) []action {
		from := c.position(m, 0)
		to := from["position"]
		if m.args[last].after {
			to = c.position(m, last)["position"]
		}
		return c.actions(map[string]any{"textDocument": from["textDocument"], "range": map[string]any{"start": from["position"], "end": to}, "context": map[string]any{"diagnostics": []any{}}})
	}
	do := func(c *markCase, m mark, a action, want int) {
		var done action
		if a.Edit != nil {
			c.Errorf("%s: the edit of %s comes before it is chosen", m.at(), a.Title)
		}
		if err := c.try("codeAction/resolve", a.raw, &done); err != nil {
			c.want(m, want, "error: "+err.Error())
			return
		}
		var out strings.Builder
		for _, d := range done.Edit.DocumentChanges {
			if d.TextDocument.Version == nil || *d.TextDocument.Version != 1 {
				c.Errorf("%s: the edit is of no version", m.at())
			}
			for name, text := range c.texts {
				if uri, err := url.PathUnescape(d.TextDocument.URI); err == nil && uri == c.uri(name) {
					out.WriteString(lineDifference(text, changed(c, text, d.Edits)))
				}
			}
		}
		c.want(m, want, out.String())
	}
	chosen := func(c *markCase, m mark, last int, title string) *action {
		all := ask(c, m, last)
		if i := slices.IndexFunc(all, func(a action) bool { return strings.Contains(a.Title, title) }); i >= 0 {
			return &all[i]
		}
		var titles []string
		for _, a := range all {
			titles = append(titles, a.Title)
		}
		c.Errorf("%s: no action %q in %q", m.at(), title, titles)
		return nil
	}
	runMarks(t, "actions", map[string]func(*markCase, mark){
		// actions("place", @list): what there is.
		"actions": func(c *markCase, m mark) {
			var out strings.Builder
			for _, a := range ask(c, m, 0) {
				fmt.Fprintf(&out, "%s: %s", a.Kind, a.Title)
				for _, d := range a.Diagnostics {
					fmt.Fprintf(&out, " [%s]", d.Code)
				}
				if a.IsPreferred {
					out.WriteString(" preferred")
				}
				out.WriteByte('\n')
			}
			c.want(m, 1, out.String())
		},
		// action("place", "title", @want): what comes of one.
		"action": func(c *markCase, m mark) {
			if a := chosen(c, m, 0, m.args[1].text); a != nil {
				do(c, m, *a, 2)
			}
		},
		// over("place", after "place", "title", @want): of one for a range.
		"over": func(c *markCase, m mark) {
			if a := chosen(c, m, 1, m.args[2].text); a != nil {
				do(c, m, *a, 3)
			}
		},
	})
}

// lineDifference shows lines that were taken away and added, in order.
func lineDifference(before, after string) string {
	a, b := strings.Split(before, "\n"), strings.Split(after, "\n")
	head := 0
	for head < len(a) && head < len(b) && a[head] == b[head] {
		head++
	}
	tail := 0
	for tail < len(a)-head && tail < len(b)-head && a[len(a)-1-tail] == b[len(b)-1-tail] {
		tail++
	}
	var out strings.Builder
	for _, l := range a[head : len(a)-tail] {
		fmt.Fprintln(&out, strings.TrimRight("- "+l, " "))
	}
	for _, l := range b[head : len(b)-tail] {
		fmt.Fprintln(&out, strings.TrimRight("+ "+l, " "))
	}
	return out.String()
}

// A client that cannot ask again has the edits at once; one whose text has changed since is told.
func TestCodeActionsOfSimpleClients(t *testing.T) {
	c := start(t, t.TempDir(), "{}")
	c.open("a.recon", "let 一 = 1 # 🧾\nrule r over s { }\n")
	doc := map[string]any{"uri": c.uri("a.recon")}
	ask := map[string]any{"textDocument": doc, "range": rangeOf(0, 0, 0, 0), "context": map[string]any{"only": []string{"refactor"}}}
	list := c.actions(ask)
	if len(list) != 1 || list[0].Edit == nil || len(list[0].Edit.Changes[c.uri("a.recon")]) != 1 || list[0].Kind != "refactor.rewrite" {
		t.Errorf("got %+v", list)
	}
	lazy := start(t, t.TempDir(), caseCapabilities)
	lazy.open("a.recon", "let 一 = 1 # 🧾\n")
	ask["textDocument"] = map[string]any{"uri": lazy.uri("a.recon")}
	list = lazy.actions(ask)
	lazy.notify("textDocument/didChange", map[string]any{"textDocument": map[string]any{"uri": lazy.uri("a.recon"), "version": 2}, "contentChanges": []any{map[string]any{"text": "\n"}}})
	if err := lazy.try("codeAction/resolve", list[0].raw, nil); err == nil || !strings.Contains(err.Error(), "changed since") {
		t.Errorf("an action of an older text: %v", err)
	}
}
