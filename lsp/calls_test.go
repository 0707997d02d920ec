package lsp_test

import (
	"fmt"
	"strings"
	"testing"
)

type callItem struct {
	Name, Detail   string
	Kind           int
	URI            string
	SelectionRange spotRange
}

func TestCalls(t *testing.T) {
	runMarks(t, "calls", map[string]func(*markCase, mark){
		"calls": func(c *markCase, m mark) {
			var items []map[string]any
			c.call("textDocument/prepareCallHierarchy", c.position(m, 0), &items)
			if len(items) != 1 {
				c.Fatalf("%s: %d items, want one", m.at(), len(items))
			}
			lines := []string{fmt.Sprint(items[0]["detail"], ": ", items[0]["name"])}
			var in []struct {
				From       callItem
				FromRanges []spotRange
			}
			c.call("callHierarchy/incomingCalls", map[string]any{"item": items[0]}, &in)
			for _, call := range in {
				lines = append(lines, "from "+c.callText(call.From, call.From.URI, call.FromRanges))
			}
			var out []struct {
				To         callItem
				FromRanges []spotRange
			}
			c.call("callHierarchy/outgoingCalls", map[string]any{"item": items[0]}, &out)
			for _, call := range out {
				lines = append(lines, "to "+c.callText(call.To, fmt.Sprint(items[0]["uri"]), call.FromRanges))
			}
			c.want(m, 1, strings.Join(lines, "\n"))
		},
		"links": func(c *markCase, m mark) {
			var links []struct {
				spot
				Target string
			}
			c.call("textDocument/documentLink", map[string]any{"textDocument": map[string]any{"uri": c.uri(m.file)}}, &links)
			var lines []string
			for _, l := range links {
				l.URI = c.uri(m.file)
				lines = append(lines, c.show(l.spot)+" -> "+c.nameOf(l.Target))
			}
			c.want(m, 0, strings.Join(lines, "\n"))
		},
		"linked": func(c *markCase, m mark) {
			var linked *struct{ Ranges []spotRange }
			c.call("textDocument/linkedEditingRange", c.position(m, 0), &linked)
			var lines []string
			if linked != nil {
				for _, r := range linked.Ranges {
					lines = append(lines, c.show(spot{c.uri(m.file), r}))
				}
			}
			c.want(m, 1, strings.Join(lines, "\n"))
		},
	})
}

// callText is a call with its places, which stand in the file of the caller.
func (c *markCase) callText(item callItem, uri string, at []spotRange) string {
	lines := []string{c.show(spot{item.URI, item.SelectionRange}) + " (" + item.Detail + ")"}
	for _, r := range at {
		lines = append(lines, "  "+c.show(spot{uri, r}))
	}
	return strings.Join(lines, "\n")
}

type symbolItem struct {
	Name, Detail   string
	Kind           int
	Range          spotRange
	SelectionRange spotRange
	Children       []symbolItem
}

func (c *markCase) outline(m mark, list []symbolItem, indent string) (lines []string) {
	for _, s := range list {
		at := spot{c.uri(m.file), s.SelectionRange}
		lines = append(lines, strings.TrimRight(fmt.Sprintf("%s%d %s: %s (%s)", indent, s.Kind, s.Name, s.Detail, c.show(at)), " "))
		if s.Range.Start.Line > s.SelectionRange.Start.Line || s.Range.End.Line < s.SelectionRange.End.Line {
			c.Errorf("%s: the range of %s does not hold its name", m.at(), s.Name)
		}
		lines = append(lines, c.outline(m, s.Children, indent+"  ")...)
	}
	return lines
}

func TestSymbols(t *testing.T) {
	runMarks(t, "symbols", map[string]func(*markCase, mark){
		"place": func(c *markCase, m mark) { c.position(m, 0) },
		"symbols": func(c *markCase, m mark) {
			var list []symbolItem
			c.call("textDocument/documentSymbol", map[string]any{"textDocument": map[string]any{"uri": c.uri(m.file)}}, &list)
			c.want(m, 0, strings.Join(c.outline(m, list, ""), "\n"))
		},
		"workspace": func(c *markCase, m mark) {
			var list []struct {
				Name          string
				ContainerName string
				Location      spot
			}
			c.call("workspace/symbol", map[string]any{"query": m.args[0].text}, &list)
			var lines []string
			for _, s := range list {
				lines = append(lines, strings.TrimSpace(c.show(s.Location)+" "+s.ContainerName))
			}
			c.want(m, 1, strings.Join(lines, "\n"))
		},
	})
}

// Clients that know no hierarchy get a list.
func TestFlatSymbols(t *testing.T) {
	c := start(t, t.TempDir(), `{}`)
	c.open("a.recon", 订单)
	var list []struct {
		Name          string
		ContainerName string
		Location      spot
	}
	c.call("textDocument/documentSymbol", map[string]any{"textDocument": map[string]any{"uri": c.uri("a.recon")}}, &list)
	var got []string
	for _, s := range list {
		got = append(got, strings.TrimSpace(s.ContainerName+" "+s.Name))
	}
	want := "订单, 订单 编号, 订单 金额, bill, bill 编号, bill 金额, 对账, 对账 编号, 对账 金额"
	if strings.Join(got, ", ") != want {
		t.Errorf("got %s, want %s", strings.Join(got, ", "), want)
	}
}
