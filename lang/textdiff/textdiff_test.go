package textdiff_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/recon-lang/recon/lang/textdiff"
	"github.com/recon-lang/recon/sdk/sdktest/dbtest"
)

func TestUnified(t *testing.T) {
	before := "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\nk\nl\nm\nn"
	after := "a\nb\nC\nd\ne\nf\ng\nh\ni\nj\nk\nl\nn\n"
	want := `--- old
+++ new
@@ -1,6 +1,6 @@
 a
 b
-c
+C
 d
 e
 f
@@ -10,5 +10,4 @@
 j
 k
 l
-m
-n
\ No newline at end of file
+n
`
	if got := string(textdiff.Unified("old", "new", []byte(before), []byte(after))); got != want {
		t.Errorf("got\n%s", got)
	}
	if got := textdiff.Unified("old", "new", []byte(before), []byte(before)); got != nil {
		t.Errorf("the same texts differ by %s", got)
	}
}

// patch, the program, makes the second text of the first.
func TestPatchUnderstandsIt(t *testing.T) {
	if _, err := exec.LookPath("patch"); err != nil {
		dbtest.Absent(t, "there is no program patch")
	}
	text := rapid.Custom(func(t *rapid.T) string {
		lines := rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "c", "", "  d"}), 0, 30).Draw(t, "lines")
		if len(lines) == 0 {
			return ""
		}
		return strings.Join(lines, "\n") + rapid.SampledFrom([]string{"\n", "\n", ""}).Draw(t, "end")
	})
	dir := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		before, after := text.Draw(t, "before"), text.Draw(t, "after")
		diff := textdiff.Unified("f", "f", []byte(before), []byte(after))
		if diff == nil {
			if before != after {
				t.Fatal("no difference")
			}
			return
		}
		name := filepath.Join(dir, "f")
		if err := os.WriteFile(name, []byte(before), 0o644); err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command("patch", "-s", "-u", "-o", name+".out", name)
		cmd.Stdin = strings.NewReader(string(diff))
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("patch: %v\n%s\n%s", err, out, diff)
		}
		got, err := os.ReadFile(name + ".out")
		if err != nil {
			t.Fatal(err)
		}
		if string(got) != after {
			t.Fatalf("got %q, want %q of\n%s", got, after, diff)
		}
	})
}

func TestFarApart(t *testing.T) {
	var before, after strings.Builder
	for i := range 20_000 {
		before.WriteString(strings.Repeat("a", i%97) + "\n")
		after.WriteString(strings.Repeat("b", i%89) + "\n")
	}
	diff := string(textdiff.Unified("f", "f", []byte(before.String()), []byte(after.String())))
	if got := strings.Count(diff, "\n-"); got < 19_000 {
		t.Errorf("%d lines are taken away", got)
	}
}

func TestChangesMakeTheSecondText(t *testing.T) {
	text := rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "\n", "\n", "金🧾"}), 0, 40)
	rapid.Check(t, func(t *rapid.T) {
		before, after := strings.Join(text.Draw(t, "before"), ""), strings.Join(text.Draw(t, "after"), "")
		got, at := "", 0
		for _, c := range textdiff.Changes([]byte(before), []byte(after)) {
			got += before[at:c.Start] + string(c.New)
			at = c.End
		}
		if got += before[at:]; got != after {
			t.Fatalf("got %q, want %q", got, after)
		}
	})
}
