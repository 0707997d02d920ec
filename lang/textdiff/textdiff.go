// Package textdiff says how two texts differ, line by line, in the unified form that patch reads.
// It knows nothing of rule files. Its API may change on any day.
package textdiff

import (
	"bytes"
	"fmt"
)

// context is how many lines are shown around a change.
const context = 3

// Unified is how to get from before to after, or nothing if they are the same. The names stand in its head.
func Unified(nameBefore, nameAfter string, before, after []byte) []byte {
	if bytes.Equal(before, after) {
		return nil
	}
	a, b := lines(before), lines(after)
	var out bytes.Buffer
	fmt.Fprintf(&out, "--- %s\n+++ %s\n", nameBefore, nameAfter)
	changes := script(a, b)
	for i := 0; i < len(changes); {
		j := i + 1
		for j < len(changes) && changes[j].a-changes[j-1].aEnd <= 2*context {
			j++
		}
		hunk(&out, a, b, changes[i:j])
		i = j
	}
	return out.Bytes()
}

// lines are the lines of a text with their ends.
func lines(text []byte) [][]byte {
	list := bytes.SplitAfter(text, []byte("\n"))
	if n := len(list) - 1; len(list[n]) == 0 {
		list = list[:n]
	}
	return list
}

// change takes lines [b, bEnd) of the second text in place of [a, aEnd) of the first.
type change struct{ a, aEnd, b, bEnd int }

// hunk writes changes that lie near each other.
func hunk(out *bytes.Buffer, a, b [][]byte, changes []change) {
	first, last := changes[0], changes[len(changes)-1]
	lead := min(first.a, context)
	tail := min(len(a)-last.aEnd, context)
	from, to := first.a-lead, last.aEnd+tail
	fmt.Fprintf(out, "@@ -%s +%s @@\n", extent(from, to), extent(first.b-lead, last.bEnd+tail))
	at := from
	for _, c := range changes {
		write(out, ' ', a[at:c.a])
		write(out, '-', a[c.a:c.aEnd])
		write(out, '+', b[c.b:c.bEnd])
		at = c.aEnd
	}
	write(out, ' ', a[at:to])
}

// extent is a range of lines as the head of a hunk has it.
func extent(from, to int) string {
	switch to - from {
	case 0:
		return fmt.Sprintf("%d,0", from)
	case 1:
		return fmt.Sprint(from + 1)
	}
	return fmt.Sprintf("%d,%d", from+1, to-from)
}

func write(out *bytes.Buffer, mark byte, list [][]byte) {
	for _, l := range list {
		out.WriteByte(mark)
		out.Write(l)
		if !bytes.HasSuffix(l, []byte("\n")) {
			out.WriteString("\n\\ No newline at end of file\n")
		}
	}
}

// Change takes New in the place of bytes [Start, End) of the first text.
type Change struct {
	Start, End int
	New        []byte
}

// Changes is how to get from before to after, in whole lines and in the order of the text.
func Changes(before, after []byte) []Change {
	a, b := lines(before), lines(after)
	var list []Change
	line, at := 0, 0
	to := func(n int) int {
		for ; line < n; line++ {
			at += len(a[line])
		}
		return at
	}
	for _, c := range script(a, b) {
		start := to(c.a)
		list = append(list, Change{start, to(c.aEnd), bytes.Join(b[c.b:c.bEnd], nil)})
	}
	return list
}
