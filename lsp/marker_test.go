package lsp_test

import (
	"bytes"
	"flag"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"text/scanner"
	"unicode"
	"unicode/utf16"

	"golang.org/x/tools/txtar"
)

// A case is a txtar file in testdata/FEATURE. Its files are written to a folder that is the client's workspace, and every .recon
// file is opened. What is asked of the server stands in marks, which are taken out of the texts before the client sees them:
//
//	compare 金额 within 5m   #@ hover("金额", "decimal(18,2)") definition("金额", @金额)
//	#@ complete(after "within ", "0.01")
//
// A mark stands at the end of the line that it speaks of, or on a line of its own below that line, where the text must end with
// that line. Its arguments are
//
//	"text" or `text`            a text: as a place, where it begins on the line
//	after "text"                as a place: where the text ends on the line
//	word                        a word
//	@name                       the contents of the file @name of the archive; go test -update writes it from the answer
//
// Which kinds of marks there are, and which of their arguments are places, is up to each feature: see runMarks. A file
// that names no place with Chinese text and an emoji before it on the line is refused: positions count UTF-16 units.

var update = flag.Bool("update", false, "write the wanted answers of the cases from those that came")

// mark is one question.
type mark struct {
	kind string
	args []markArg
	file string // in which it stands
	line int    // of the text without marks, from 0
	text string // of that line
	src  string // as it is written, for messages
}

type markArg struct {
	text  string
	word  bool // it is no text but a word
	after bool
	gold  bool // text names a file of the archive
}

// markCase is a txtar file with a client that has its files open.
type markCase struct {
	*testing.T
	*client
	archive *txtar.Archive
	name    string            // of the txtar file
	texts   map[string]string // of the .recon files, without marks
	marks   []mark
	wide    bool // some place has Chinese text and an emoji before it
	changed bool
}

// runMarks runs the cases in testdata/FEATURE. kinds says what each kind of mark asks and wants.
func runMarks(t *testing.T, feature string, kinds map[string]func(*markCase, mark)) {
	files, _ := filepath.Glob(filepath.Join("testdata", feature, "*.txtar"))
	if len(files) == 0 {
		t.Fatalf("no case in testdata/%s", feature)
	}
	for _, name := range files {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			c := openCase(t, name)
			for _, m := range c.marks {
				f := kinds[m.kind]
				if f == nil {
					t.Fatalf("%s: no mark is called %s", m.at(), m.kind)
				}
				f(c, m)
			}
			if !c.wide {
				t.Errorf("no place of %s has Chinese text and an emoji before it on the line", name)
			}
			if c.changed {
				if err := os.WriteFile(name, txtar.Format(c.archive), 0o666); err != nil {
					t.Error(err)
				}
			}
		})
	}
}

func openCase(t *testing.T, name string) *markCase {
	t.Helper()
	archive, err := txtar.ParseFile(name)
	if err != nil {
		t.Fatal(err)
	}
	c := &markCase{T: t, archive: archive, name: name, texts: map[string]string{}}
	dir := t.TempDir()
	for _, f := range archive.Files {
		if strings.HasPrefix(f.Name, "@") {
			continue
		}
		text := string(f.Data)
		if strings.HasSuffix(f.Name, ".recon") {
			text = c.read(f.Name, text)
			c.texts[f.Name] = text
		}
		path := filepath.Join(dir, filepath.FromSlash(f.Name))
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	c.client = start(t, dir, caseCapabilities)
	for _, f := range archive.Files {
		if text, ok := c.texts[f.Name]; ok {
			c.open(f.Name, text)
		}
	}
	return c
}

// caseCapabilities are those of a modern editor.
const caseCapabilities = `{
	"workspace": {"workspaceEdit": {"documentChanges": true}, "applyEdit": true},
	"textDocument": {
		"hover": {"contentFormat": ["markdown", "plaintext"]},
		"completion": {"completionItem": {"snippetSupport": true, "documentationFormat": ["markdown"], "resolveSupport": {"properties": ["documentation", "detail"]}}},
		"documentSymbol": {"hierarchicalDocumentSymbolSupport": true},
		"codeAction": {"dataSupport": true, "codeActionLiteralSupport": {"codeActionKind": {"valueSet": ["quickfix", "refactor", "source"]}}, "resolveSupport": {"properties": ["edit"]}},
		"rename": {"prepareSupport": true}
	}
}`

// read takes the marks out of a text.
func (c *markCase) read(file, text string) string {
	var out []string
	for n, line := range strings.SplitAfter(text, "\n") {
		before, after, marked := strings.Cut(line, "#@")
		if !marked {
			out = append(out, line)
			continue
		}
		if kept := strings.TrimRight(before, " \t"); kept != "" {
			out = append(out, kept+"\n")
		}
		if len(out) == 0 {
			c.Fatalf("%s:%d: the mark has no line above", c.name, n+1)
		}
		of := strings.TrimRight(out[len(out)-1], "\r\n")
		c.marks = append(c.marks, c.parse(strings.TrimSpace(after), mark{file: file, line: len(out) - 1, text: of})...)
	}
	return strings.Join(out, "")
}

// parse reads the marks of one line.
func (c *markCase) parse(text string, at mark) (marks []mark) {
	var s scanner.Scanner
	s.Init(strings.NewReader(text))
	s.Mode = scanner.ScanIdents | scanner.ScanStrings | scanner.ScanRawStrings | scanner.ScanInts
	wrong := func() { c.Fatalf("%s: %s: not a mark: %s", c.name, at.file, text) }
	s.Error = func(*scanner.Scanner, string) { wrong() }
	tok := s.Scan()
	for tok != scanner.EOF {
		m := at
		m.kind, m.src = s.TokenText(), text
		if tok != scanner.Ident || s.Scan() != '(' {
			wrong()
		}
		for tok = s.Scan(); tok != ')'; {
			var a markArg
			if tok == scanner.Ident && s.TokenText() == "after" && slices.Contains([]rune{'"', '`', ' '}, s.Peek()) {
				a.after, tok = true, s.Scan()
			}
			switch tok {
			case '@':
				for a.gold = true; s.Peek() != ',' && s.Peek() != ')' && s.Peek() != scanner.EOF; {
					a.text += string(s.Next())
				}
			case scanner.String, scanner.RawString:
				var err error
				if a.text, err = strconv.Unquote(s.TokenText()); err != nil {
					wrong()
				}
			case scanner.Ident, scanner.Int:
				a.text, a.word = s.TokenText(), true
			default:
				wrong()
			}
			m.args = append(m.args, a)
			if tok = s.Scan(); tok == ',' {
				tok = s.Scan()
			} else if tok != ')' {
				wrong()
			}
		}
		marks = append(marks, m)
		tok = s.Scan()
	}
	return marks
}

func (m mark) at() string { return fmt.Sprintf("%s:%d %s", m.file, m.line+1, m.src) }

// position is the place that an argument names, as the parameters of a request have it.
func (c *markCase) position(m mark, arg int) map[string]any {
	c.Helper()
	if arg >= len(m.args) {
		c.Fatalf("%s: argument %d is missing", m.at(), arg+1)
	}
	a := m.args[arg]
	i := strings.Index(m.text, a.text)
	if i < 0 || a.word || a.gold {
		c.Fatalf("%s: no such place in %q", m.at(), m.text)
	}
	if a.after {
		i += len(a.text)
	}
	before := m.text[:i]
	c.wide = c.wide || strings.ContainsFunc(before, func(r rune) bool { return unicode.Is(unicode.Han, r) }) && strings.ContainsFunc(before, func(r rune) bool { return r >= 0x10000 })
	return map[string]any{
		"textDocument": map[string]any{"uri": c.uri(m.file)},
		"position":     map[string]any{"line": m.line, "character": len(utf16.Encode([]rune(before)))},
	}
}

// want compares an answer with what an argument says. Line ends at the ends do not count.
func (c *markCase) want(m mark, arg int, got string) {
	c.Helper()
	if arg >= len(m.args) {
		c.Fatalf("%s: argument %d is missing", m.at(), arg+1)
	}
	a := m.args[arg]
	want := a.text
	if a.gold {
		i := slices.IndexFunc(c.archive.Files, func(f txtar.File) bool { return f.Name == "@"+a.text })
		if *update {
			data := []byte(strings.TrimRight(got, "\n") + "\n")
			if i < 0 {
				c.archive.Files = append(c.archive.Files, txtar.File{Name: "@" + a.text, Data: data})
				c.changed = true
			} else if !bytes.Equal(c.archive.Files[i].Data, data) {
				c.archive.Files[i].Data, c.changed = data, true
			}
			return
		}
		if i < 0 {
			c.Errorf("%s: %s has no file @%s; go test -update writes it", m.at(), c.name, a.text)
			return
		}
		want = string(c.archive.Files[i].Data)
	}
	if strings.Trim(got, "\n") != strings.Trim(want, "\n") {
		c.Errorf("%s: %s\non the line %s\ngot:\n%s\nwant:\n%s", c.name, m.at(), m.text, got, want)
	}
}

// spot is a range of a file as the protocol has it.
type spot struct {
	URI   string    `json:"uri"`
	Range spotRange `json:"range"`
}

type spotRange struct {
	Start, End struct{ Line, Character int }
}

// show writes a range as the file, its line and column in characters from 1, and its text.
func (c *markCase) show(s spot) string {
	c.Helper()
	name := c.nameOf(s.URI)
	text, ok := c.texts[name]
	if !ok {
		return name
	}
	lines := strings.Split(text, "\n")
	start, end := s.Range.Start, s.Range.End
	if start.Line >= len(lines) || end.Line >= len(lines) {
		return fmt.Sprintf("%s:%d:%d beyond the end", name, start.Line+1, start.Character+1)
	}
	first := utf16.Encode([]rune(lines[start.Line]))
	if start.Line != end.Line {
		return fmt.Sprintf("%s:%d:%d to line %d", name, start.Line+1, len([]rune(string(utf16.Decode(first[:min(start.Character, len(first))]))))+1, end.Line+1)
	}
	if start.Character > end.Character || end.Character > len(first) {
		return fmt.Sprintf("%s:%d:%d beyond the end of the line", name, start.Line+1, start.Character+1)
	}
	return fmt.Sprintf("%s:%d:%d %s", name, start.Line+1, len(utf16.Decode(first[:start.Character]))+1, string(utf16.Decode(first[start.Character:end.Character])))
}

// nameOf is the file of a URI as the case names it.
func (c *markCase) nameOf(uri string) string {
	c.Helper()
	plain, err := url.PathUnescape(uri)
	if err != nil {
		c.Fatalf("a URI that cannot be read: %s", uri)
	}
	return strings.TrimPrefix(plain, c.uri("")+"/")
}
