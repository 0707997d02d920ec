package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// TestPages does what the pages tell a reader to do, in order, and wants to see what they show:
//
//   - A block whose opening fence ends with a file name (```csv orders.csv) is written to that file.
//   - A block ```diff NAME changes the file: each run of - lines is found in it, and + lines take its place.
//   - In a block ```console each line after "$ " is run by a shell, in a fresh folder, and its output follows it.
//
// The folder of a page that stands among the files of an example, or of what recon new makes, begins as a copy of these; the one of README.md
// as a copy of all examples. What differs from run to run (ids of runs, seconds, the day) is written in the pages as
// steady makes it. -update writes the outputs anew.
func TestPages(t *testing.T) {
	if _, err := exec.LookPath("sh"); err != nil {
		t.Skip("the pages speak to a POSIX shell")
	}
	for _, path := range pages(t) {
		page, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Contains(page, []byte("\n```console")) {
			continue
		}
		t.Run(strings.TrimPrefix(path, "../../"), func(t *testing.T) {
			t.Parallel()
			got := follow(t, path, page)
			if *update {
				if err := os.WriteFile(path, got, 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			want, have := strings.Split(string(page), "\n"), strings.Split(string(got), "\n")
			for i := range want {
				if i >= len(have) || want[i] != have[i] {
					t.Fatalf("%s:%d shows what does not come out; the page would be:\n%s", path, i+1,
						strings.Join(have[min(i, len(have)):min(i+20, len(have))], "\n"))
				}
			}
		})
	}
}

// follow carries out a page and gives the page with what came out.
func follow(t *testing.T, path string, page []byte) []byte {
	t.Helper()
	dir := t.TempDir()
	switch folder := filepath.Dir(path); {
	case path == "../../README.md":
		copyTree(t, "../../examples", filepath.Join(dir, "examples"))
	case strings.HasPrefix(folder, "../../examples/"), folder == "project":
		copyTree(t, folder, dir)
	}
	r := &reader{dir: dir, steady: steady{runs: map[string]string{}}}
	all := strings.SplitAfter(string(page), "\n")
	var out strings.Builder
	done := 0 // lines of the page that are in out
	for _, f := range fences(page) {
		name := f.word(len(f.words) - 1)
		switch {
		case f.lang() == "console":
			for ; done < f.line; done++ {
				out.WriteString(all[done])
			}
			out.WriteString(r.console(t, f))
			done += strings.Count(f.text, "\n")
		case f.lang() == "diff" && len(f.words) == 2:
			r.edit(t, path, f)
		case len(f.words) > 1 && strings.Contains(name, "."):
			if path == "../../README.md" {
				r.same(t, name, f.text)
			}
			r.write(t, name, f.text)
		}
	}
	out.WriteString(strings.Join(all[done:], ""))
	return []byte(out.String())
}

// reader is somebody who does what a page says, in a folder.
type reader struct {
	dir    string
	steady steady
}

func (r *reader) write(t *testing.T, name, text string) {
	t.Helper()
	name = filepath.Join(r.dir, name)
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// same wants a file of an example to be what the page shows of it.
func (r *reader) same(t *testing.T, name, text string) {
	t.Helper()
	have, err := os.ReadFile(filepath.Join(r.dir, name))
	if err != nil {
		t.Fatal(err)
	}
	if string(have) != text {
		t.Errorf("README.md shows another %s", name)
	}
}

// edit applies a block of - and + lines, the former of which stand once in the file.
func (r *reader) edit(t *testing.T, path string, f fence) {
	t.Helper()
	name := filepath.Join(r.dir, f.words[1])
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	var before, after strings.Builder
	for line := range strings.Lines(f.text) {
		switch {
		case strings.HasPrefix(line, "-"):
			before.WriteString(line[1:])
		case strings.HasPrefix(line, "+"):
			after.WriteString(line[1:])
		default:
			line = strings.TrimPrefix(line, " ")
			before.WriteString(line)
			after.WriteString(line)
		}
	}
	if strings.Count(string(text), before.String()) != 1 {
		t.Fatalf("%s:%d: %s does not hold once:\n%s", path, f.line, f.words[1], before.String())
	}
	r.write(t, f.words[1], strings.Replace(string(text), before.String(), after.String(), 1))
}

// console runs the commands of a block and gives the block with what they print.
func (r *reader) console(t *testing.T, f fence) string {
	t.Helper()
	var out strings.Builder
	for line := range strings.Lines(f.text) {
		command, ok := strings.CutPrefix(line, "$ ")
		if !ok {
			continue
		}
		sh := exec.CommandContext(t.Context(), "sh", "-c", command)
		sh.Dir = r.dir
		sh.Env = append(os.Environ(), "NO_COLOR=1", "HOME="+r.dir, "XDG_CACHE_HOME="+filepath.Join(r.dir, ".cache"), "TZ=UTC")
		printed, err := sh.CombinedOutput()
		if sh.ProcessState == nil {
			t.Fatal(err)
		}
		out.WriteString(line)
		text := r.steady.text(string(printed))
		if text != "" {
			out.WriteString(strings.TrimRight(text, "\n") + "\n")
		}
	}
	return out.String()
}

// steady makes what differs from run to run the same.
type steady struct {
	runs map[string]string
}

var (
	runID   = regexp.MustCompile(`\b01[0-9A-HJKMNP-TV-Z]{24}\b`)
	seconds = regexp.MustCompile(`\b[0-9]+\.[0-9]{2} s\b`)
	clock   = regexp.MustCompile(`(2026-03-09) [0-9]{2}:[0-9]{2}:[0-9]{2}`)
)

// today is the day on which the reader of the pages reads them.
const today = "2026-03-09"

func (s *steady) text(text string) string {
	text = runID.ReplaceAllStringFunc(text, func(id string) string {
		if s.runs[id] == "" {
			s.runs[id] = fmt.Sprintf("01KAR5V0M0TT1N7YH3J0E8W%03d", len(s.runs)+1)
		}
		return s.runs[id]
	})
	// Times are shown in the zone of the run, and midnight may have passed since.
	for _, now := range []time.Time{time.Now(), time.Now().Add(-time.Minute)} {
		for _, zone := range []*time.Location{time.Local, time.UTC, time.FixedZone("Asia/Shanghai", 8*3600)} {
			text = strings.ReplaceAll(text, now.In(zone).Format(time.DateOnly), today)
		}
	}
	text = clock.ReplaceAllString(text, "$1 09:30:00")
	return seconds.ReplaceAllString(text, "0.02 s")
}

func copyTree(t *testing.T, from, to string) {
	t.Helper()
	if err := os.CopyFS(to, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
}
