package ruletest

import (
	"fmt"
	"strings"
	"time"
	"unicode"

	"github.com/recon-lang/recon/sdk/schema"
)

// Cell is a value as a cell of a test's table: null is empty, and a text that a bare cell cannot say is quoted. Times are of zone, in
// which the table's are taken.
func Cell(v schema.Value, zone *time.Location) string {
	if v.Null {
		return ""
	}
	text := v.String()
	switch v.Type.Kind {
	case schema.Timestamp:
		return v.Time().In(zone).Format("2006-01-02 15:04:05.999999")
	case schema.String, schema.Enum, schema.JSON, schema.Bytes:
		text = v.Text
	default:
		return text
	}
	if bare(text) {
		return text
	}
	var b strings.Builder
	b.WriteByte('"')
	for _, c := range text {
		switch {
		case c == '"' || c == '\\' || c == '$':
			b.WriteByte('\\')
			b.WriteRune(c)
		case c == '\n':
			b.WriteString(`\n`)
		case c == '\t':
			b.WriteString(`\t`)
		case c == '\r':
			b.WriteString(`\r`)
		case !unicode.IsPrint(c):
			fmt.Fprintf(&b, `\u{%x}`, c)
		default:
			b.WriteRune(c)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// bare reports whether a cell says text without quotation marks.
func bare(text string) bool {
	return text != "" && !strings.HasPrefix(text, `"`) && !strings.HasPrefix(text, "'") && strings.TrimSpace(text) == text &&
		!strings.ContainsAny(text, `|\`) && !strings.ContainsFunc(text, func(c rune) bool { return !unicode.IsPrint(c) })
}
