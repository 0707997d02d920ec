package csv

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// TestScanIsRecords compares the fast scan with the reader of records, over texts in which
// something happens at every place of a block.
func TestScanIsRecords(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tokens := rapid.SampledFrom([]string{`"a"`, `"a"`, "\"a\"\r", `""`, "a", ",", ",", "\n", "\r\n", `"x""y"`, `",\n"`, strings.Repeat("z", 29), "\"" + strings.Repeat("z", 29) + "\""})
		text := strings.Repeat("z", rapid.IntRange(0, 70).Draw(t, "start")) + rapid.SampledFrom([]string{",", "\n", ""}).Draw(t, "border")
		separators := rapid.SampledFrom([]string{",", ",", ",", "\n"})
		for range rapid.IntRange(0, 12).Draw(t, "fields") {
			text += tokens.Draw(t, "field")
			if rapid.IntRange(0, 19).Draw(t, "no separator") > 0 {
				text += separators.Draw(t, "separator")
			}
		}
		text += "\n"
		buf := append(append(make([]byte, margin), text...), make([]byte, margin)...)
		end := margin + len(text)

		d := dialect{delimiter: []byte(","), quote: '"'}
		var want []uint32
		plain := true // no quote inside a field without quotes, no text after one that closes
		after, breaks := margin, 0
		for i := margin; i < end; {
			fields, next, f, _ := d.record(buf, i, end, nil)
			for _, s := range fields {
				if field := buf[s.start:s.end]; len(field) > 0 && field[0] != '"' && slices.Contains(field, '"') {
					plain = false
				}
			}
			if f != sound {
				plain = plain && f == incomplete
				break
			}
			for _, s := range fields {
				place := s.end
				if buf[place] == '\r' {
					place++
				}
				want = append(want, uint32(place))
			}
			i, after, breaks = next, next, breaks+1
		}
		s := scanner{delimiter: ',', quote: '"'}
		n, gotBreaks, quotes, ok := s.scan(buf, margin, end)
		if ok != plain {
			t.Fatalf("%q: scan says %t, want %t", text, ok, plain)
		}
		if !ok {
			return
		}
		if quotes != strings.Contains(text, `"`) || gotBreaks != breaks {
			t.Fatalf("%q: quotes %t, %d line breaks, want %d", text, quotes, gotBreaks, breaks)
		}
		got := s.pos[1 : n+1]
		for len(got) > 0 && int(got[len(got)-1]) >= after {
			got = got[:len(got)-1]
		}
		if !slices.Equal(got, want) {
			t.Fatalf("%q: places %v, want %v", text, got, want)
		}
	})
}
