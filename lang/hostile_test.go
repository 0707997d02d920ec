package lang_test

import (
	"fmt"
	"runtime"
	"runtime/metrics"
	"strings"
	"testing"
	"time"

	"github.com/recon-lang/recon/lang"
	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/lang/format"
	"github.com/recon-lang/recon/lang/langtest"
	"github.com/recon-lang/recon/sdk/schema"
)

// What hostile text may cost of the processor's time: to say what is wrong with it, and to fix it, which reads it again several times.
const (
	maxTime, maxMemory       = 200 * time.Millisecond, 64 << 20
	maxFixTime, maxFixMemory = time.Second, 256 << 20
)

// tries is how often a text is read before it is found to be slow: what other processes of the machine do to its caches takes time too.
const tries = 5

const (
	full = 4 << 20   // as much as a file may have
	some = 256 << 10 // about as much as is read to its end
)

// hostile makes a text of about size bytes.
type hostile func(size int) string

// fill repeats a piece between a head and a tail.
func fill(head, piece, tail string) hostile {
	return func(size int) string {
		return head + strings.Repeat(piece, max(0, size-len(head)-len(tail))/len(piece)) + tail
	}
}

// count repeats a format with the number of the line and the next, at most most times.
func count(head string, most int, line, tail string) hostile {
	return func(size int) string {
		var b strings.Builder
		b.WriteString(head)
		for i := 0; i < most && b.Len() < size-100-len(tail); i++ {
			fmt.Fprintf(&b, line, i, i+1)
		}
		return b.String() + tail
	}
}

const (
	rows  = "source a from csv {\n  path = \"a.csv\"\n  columns {\n    x integer\n    s string\n  }\n}\n"
	rule  = rows + "rule r over a {\n  unique x\n"
	every = 1 << 30
)

// contexts are where a piece may stand.
var contexts = map[string][2]string{
	"in a file": {"", ""}, "in a rule": {"rule r over a {\n", "\n}\n"}, "in a let": {"let a = ", "\n"}, "in a string": {"let a = \"", "\"\n"},
	"in ${}": {"let a = \"${", "}\"\n"}, "in columns": {"source a from csv {\n  columns {\n", "\n  }\n}\n"}, "in a text": {"source a from mysql {\n  query = \"\"\"\n", "\n  \"\"\"\n}\n"},
	"in a table": {"test \"t\" for r {\n  given a {\n", "\n  }\n}\n"}, "in a cell": {"test \"t\" for r {\n  given a {\n    | x |\n    | ", " |\n  }\n}\n"},
	"in a template": {"template t(x: integer) {\n  where ", "\n}\n"}, "in a use": {"rule r over a {\n  use t(a = ", ")\n}\n"}, "in a type": {"param a: decimal", "\n"},
}

var pieces = []string{
	"(", "[", "{", "f(", "[(", "{a:", ")", "]", "}", "()", "[]", "{}", ")(", "a {\n", "a", " ", "\t", "\n", "\r", "\r\n", "|", "| a ", "|\n", "| a |\n", "\"", "'", "\"\"\"", "\"\"\"\n", "${", "\"${",
	"#", "# a\n", "## a\n", "\xff", "\xff\n", "\xc3\x28", "\xed\xa0\x80", "\x00", "\uFEFF", "0", "1.", "1e9", "2026-11-20", ",", "=", ".", "a.", "a,", "not ", "-", "- ", "+", "x and ", "1 +\n", "\\", "\\u{",
	"@", "$", "`", ";", "é", "金", "金 ", "\u0301", "let ", "rule r over a {\n", "let a = 1\n", "let a = (\n", "let a = 'x\n", "}\n", ")\n", "recon 1\n", "import \"a\"\n", "key ", "use t()\n", "${}", "5min ", "a(b)\n", "a b\n", "a = 1, ", "a && ",
}

// schemes are texts that hold much in little: names that stand for others, each for two, and so on.
var schemes = map[string]hostile{
	"lets":              count("", every, "let a%d = 1\n", ""),
	"a chain of lets":   count("", every, "let a%d = a%d\n", ""),
	"lets that double":  count("param p: integer = 1\nlet a0 = p\n", every, "let a%[2]d = a%[1]d + a%[1]d\n", ""),
	"texts that double": count("let a0 = \"xxxxxxxxxx\"\n", every, "let a%[2]d = \"${a%[1]d}${a%[1]d}\"\n", ""),
	"numbers that grow": count("let a0 = 3\n", every, "let a%[2]d = a%[1]d * a%[1]d\n", ""),
	"a great let, much": func(n int) string {
		return count("param p: integer = 1\nlet a0 = p\n", 12, "let a%[2]d = a%[1]d + a%[1]d\n", "")(n) + count("", every, "let b%d = a12 + 1\n", "")(n)
	},
	"great asserts": func(n int) string {
		return count("param p: integer = 1\nlet a0 = p\n", 12, "let a%[2]d = a%[1]d + a%[1]d\n", "")(n) + count(rows+"rule r over a {\n", every, "  assert x > a12 as b%d\n", "}\n")(n)
	},
	"columns that double": count("source a from csv {\n  path = \"a.csv\"\n  columns {\n    c0 integer\n", every, "    c%[2]d integer = c%[1]d + c%[1]d\n", "  }\n}\n"),
	"columns":             count("source a from csv {\n  path = \"a.csv\"\n  columns {\n", every, "    c%d integer\n", "  }\n}\n"),
	"unknown names":       count(rows, every, "let a%d = b%d\n", ""),
	"unknown columns":     count(rows+"rule r over a {\n", every, "  assert y%d > 1 as b%[1]d\n", "}\n"),
	"sources":             count("", every, "source s%d from csv { path = \"a\" }\n", ""),
	"unread imports":      count("", every, "import \"f%d.recon\"\n", ""),
	"imports of itself":   count("", every, "import \"page.recon\" as m%d\n", ""),
	"rules":               count(rows, every, "rule r%d over a {\n  assert x > 1 as b\n}\n", ""),
	"faulty rules":        count(rows, every, "rule r%d over a { assert nothing > 1 }\n", ""),
	"asserts":             count(rows+"rule r over a {\n", every, "  assert x > %d as b%[1]d\n", "}\n"),
	"keys":                count(rows+"rule r between a, a as b {\n", every, "  key a.x = b.x as k%d\n", "}\n"),
	"comparisons":         count(rows+"rule r between a, a as b {\n  key x\n", every, "  compare a.x = b.x as k%d\n", "}\n"),
	"sides":               count(rows+"rule r between a", every, ", a as b%d", " {\n  key x\n}\n"),
	"some sides":          count(rows+"rule r between a", 300, ", a as b%d", " {\n  key x\n  compare s\n}\n"),
	"a chain of views":    count(rows+"view v0 from a { where x > 0 }\n", every, "view v%[2]d from v%[1]d { where x > 0 }\n", ""),
	"joins that double":   count(rows+"view v0 from a { where x > 0 }\n", 60, "view v%[2]d from v%[1]d { join v%[1]d as j on x = j.x }\n", "rule r over v60 { unique x }\n"),
	"unions that double":  count(rows+"view v0 from a { where x > 0 }\nview w0 from a { where x < 0 }\n", 60, "view v%[2]d from v%[1]d, w%[1]d { where x > 0 }\nview w%[2]d from v%[1]d, w%[1]d { where x > 0 }\n", "rule r over v60 { unique x }\n"),
	"rules over a chain": func(n int) string {
		return count(rows+"view v0 from a { where x > 0 }\n", 250, "view v%[2]d from v%[1]d { where x > 0 }\n", "")(n) + count("", every, "rule r%d over v250 { unique x }\n", "")(n)
	},
	"a use of itself":       count("template t() { use t() }\n"+rows+"rule r over a { use t() }\n", 0, "", ""),
	"uses that double":      count("template t0() {\n  assert x > 1\n}\n", 60, "template t%[2]d() {\n  use t%[1]d()\n  use t%[1]d()\n}\n", rows+"rule r over a {\n  use t60()\n}\n"),
	"a chain of uses":       count("template t0() {\n  assert x > 1 as b\n}\n", every, "template t%[2]d() {\n  use t%[1]d()\n}\n", rows),
	"a chain, used":         count("template t0() {\n  assert x > 1 as b\n}\n", 5000, "template t%[2]d() {\n  use t%[1]d()\n}\n", rows+"rule r over a {\n  use t5000()\n}\n"),
	"a chain, turned":       count(rows, every, "template t%[1]d() {\n  use t%[2]d()\n}\n", ""),
	"arguments that double": count("template t0(x: string) {\n  title = x\n}\n", 50, "template t%[2]d(x: string) {\n  use t%[1]d(x = \"${x}${x}\")\n}\n", rows+"rule r over a {\n  unique s\n  use t50(x = \"aaaa\")\n}\n"),
	"uses":                  count("template t(n: integer) {\n  on breach { do w { text = \"a\" } }\n}\n"+rule, every, "  use t(n = %d)\n", "}\n"),
	"wide uses": func(n int) string {
		return fill("template t(n: integer) {\n", "  assert x > n as b\n", "}\n")(n/8) + rows + count("", every, "rule r%d over a {\n  use t(n = 1)\n}\n", "")(n/2)
	},
	"parameters":            count("template t(", every, "a%d: integer, ", "z: integer) { }\n"),
	"tests":                 count(rows+"rule r over a { unique x }\n", every, "test \"t%d\" for r { run at 2026-01-01 { } }\n", ""),
	"rows of a table":       fill(rows+"rule r over a { unique x }\ntest \"t\" for r {\n  given a {\n    | x | s |\n", "    | 1 | a |\n", "  }\n}\n"),
	"runs":                  count(rows+"rule r over a { unique x }\ntest \"t\" for r {\n", every, "  run at 2026-01-01 { expect matched %d }\n", "}\n"),
	"values of an enum":     count("source a from csv {\n  path = \"a.csv\"\n  columns {\n    e enum(", every, "\"a%d\", ", "\"z\")\n  }\n}\n"),
	"moves":                 count(rows, every, "moved a%d to b%d\n", ""),
	"a chain of moves":      count(rows, every, "moved a%[1]d to a%[2]d\n", ""),
	"moves into a circle":   count(rows+"moved c to d\nmoved d to c\n", every, "moved a%[1]d to c\n", ""),
	"secrets":               count("", every, "secret s%d = env(\"A\")\n", ""),
	"actions":               count("", every, "action w%d from webhook { url = \"http://a\" }\n", ""),
	"handlers":              count(rule, every, "  on breach { do w%d }\n", "}\n"),
	"gates":                 count(rule, every, "  fail when breach.count > %d\n", "}\n"),
	"patterns":              count(rows+"rule r over a {\n", every, "assert like_regex(s, \"(a{30}b{30}){9}\") as b%d\n", "}\n"),
	"exponents":             fill("let a = ", "1e9999+", "1\n"),
	"one great exponent":    count("let a = 1e-999999999 * 1e999999999\n", 0, "", ""),
	"one great number":      fill("let a = ", "9", "\n"),
	"one name":              fill("let ", "a", " = 1\n"),
	"ternaries":             func(int) string { return "let a = " + strings.Repeat("true ? 1 : ", 700) + "1\n" },
	"pipes":                 func(int) string { return "let a = \"a\"" + strings.Repeat(" | trim()", 800) + "\n" },
	"signs":                 func(int) string { return "let a = " + strings.Repeat("-", 8000) + "1\n" },
	"comments that allow":   fill(rows, "# allow RC4008: because\n", ""),
	"lets that are allowed": count(rows, every, "# allow RC4008: because\nlet a%d = 1\n", ""),
	"documentation":         fill("", "## a\n", "let a = 1\n"),
}

// world is what the catalog of these tests knows.
func world() schema.Catalog {
	kind := func(k schema.Kind) schema.Type { return schema.Type{Kind: k} }
	return schema.Catalog{
		Sources: map[string]schema.Source{
			"csv":   {Name: "csv", Settings: []schema.Setting{{Name: "path", Type: kind(schema.Path)}}},
			"mysql": {Name: "mysql", Settings: []schema.Setting{{Name: "query", Type: kind(schema.SQL)}}},
		},
		Actions: map[string]schema.Action{"webhook": {Name: "webhook", Settings: []schema.Setting{{Name: "url", Type: kind(schema.Secret)}}, Fields: []schema.Setting{{Name: "text", Type: kind(schema.String)}}}},
	}
}

func read(files []*diag.File) *lang.Unit {
	return lang.CompileAll(files, langtest.Import, func([]string) schema.Catalog { return world() })
}

// Whatever a text says, it is read, checked, linted and laid out, or refused, within 200 ms and 64 MiB, and fixed within
// some times that.
func TestHostileTextCostsLittle(t *testing.T) {
	texts := map[string]hostile{}
	for where, c := range contexts {
		for _, piece := range pieces {
			texts[fmt.Sprintf("%q %s", piece, where)] = fill(c[0], piece, c[1])
		}
	}
	for name, text := range schemes {
		texts[name] = text
	}
	for name, written := range texts {
		sizes := []int{full, some}
		if _, _, within := strings.Cut(name, " in "); within && !strings.HasSuffix(name, "in a file") && !strings.HasSuffix(name, "in a text") {
			sizes = sizes[1:] // it is too large wherever it stands
		}
		for _, size := range sizes {
			text := written(size)
			text = text[:min(len(text), full)]
			costs(t, fmt.Sprintf("%s, %d bytes", name, len(text)), text)
		}
	}
}

func costs(t *testing.T, name, text string) {
	t.Helper()
	file := &diag.File{Name: "page.recon", Text: []byte(text)}
	took, memory := least(maxTime, maxMemory, func() {
		u := read([]*diag.File{file})
		u.Lint()
		format.File(u.Files[0])
	})
	if took > maxTime || memory > maxMemory {
		t.Errorf("%s: takes %v and %d MiB", name, took, memory>>20)
	}
	took, memory = least(maxFixTime, maxFixMemory, func() { lang.Fix([]*diag.File{file}, read) })
	if took > maxFixTime || memory > maxFixMemory {
		t.Errorf("%s: to fix it takes %v and %d MiB", name, took, memory>>20)
	}
}

// least runs f until it has taken no more than it may, or several times, and gives the least that it took.
func least(most time.Duration, bytes uint64, f func()) (time.Duration, uint64) {
	took, memory := cost(f)
	for i := 1; i < tries && (took > most || memory > bytes); i++ {
		again, more := cost(f)
		took, memory = min(took, again), min(memory, more)
	}
	return took, memory
}

// cost is how long f keeps the processor, and by how much the heap is larger while it does, garbage included.
func cost(f func()) (time.Duration, uint64) {
	runtime.GC()
	before := heap()
	stop, top := make(chan bool), make(chan uint64)
	go func() {
		most := heap()
		for {
			select {
			case <-stop:
				top <- max(most, heap())
				return
			case <-time.After(time.Millisecond):
				most = max(most, heap())
			}
		}
	}()
	took := langtest.Spent(f)
	stop <- true
	return took, max(<-top, before) - before
}

func heap() uint64 {
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}
