package lsp_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"
)

type textEdit struct {
	spot
	NewText string `json:"newText"`
}

// edited applies edits of one text and gives the lines that have become others.
func edited(text string, edits []textEdit) string {
	lines := strings.SplitAfter(text, "\n")
	offset := func(line, character int) int {
		at := 0
		for _, l := range lines[:line] {
			at += len(l)
		}
		return at + len(string(utf16.Decode(utf16.Encode([]rune(lines[line]))[:character])))
	}
	type change struct {
		start, end int
		text       string
	}
	var changes []change
	for _, e := range edits {
		r := e.Range
		changes = append(changes, change{offset(r.Start.Line, r.Start.Character), offset(r.End.Line, r.End.Character), e.NewText})
	}
	slices.SortStableFunc(changes, func(a, b change) int { return b.start - a.start })
	for _, c := range changes {
		text = text[:c.start] + c.text + text[c.end:]
	}
	return text
}

// changedLines are the lines of now that were not there before, and those that are gone.
func changedLines(before, now string) string {
	old, lines := strings.Split(before, "\n"), strings.Split(now, "\n")
	var out []string
	for _, l := range old {
		if !slices.Contains(lines, l) {
			out = append(out, "- "+l)
		}
	}
	for _, l := range lines {
		if !slices.Contains(old, l) {
			out = append(out, "+ "+l)
		}
	}
	return strings.Join(out, "\n")
}

func TestRename(t *testing.T) {
	runMarks(t, "rename", map[string]func(*markCase, mark){
		"prepare": func(c *markCase, m mark) {
			var got struct {
				spot
				Placeholder string
			}
			if err := c.try("textDocument/prepareRename", c.position(m, 0), &got); err != nil {
				c.want(m, 1, err.Error())
				return
			}
			got.URI = c.uri(m.file)
			c.want(m, 1, c.show(got.spot)+" ("+got.Placeholder+")")
		},
		// rename gives the lines that change. The files must have no more errors than before.
		"rename": func(c *markCase, m mark) {
			var edit struct {
				DocumentChanges []struct {
					TextDocument struct {
						URI     string
						Version *int
					}
					Edits []textEdit
				}
			}
			params := c.position(m, 0)
			params["newName"] = m.args[1].text
			if err := c.try("textDocument/rename", params, &edit); err != nil {
				c.want(m, 2, err.Error())
				return
			}
			var out []string
			for _, d := range edit.DocumentChanges {
				if d.TextDocument.Version == nil || *d.TextDocument.Version != 1 {
					c.Errorf("%s: the edits are not for the version that is open", m.at())
				}
				name := c.nameOf(d.TextDocument.URI)
				out = append(out, fmt.Sprintf("%s\n%s", name, changedLines(c.texts[name], edited(c.texts[name], d.Edits))))
			}
			c.want(m, 2, strings.Join(out, "\n"))
		},
	})
}
