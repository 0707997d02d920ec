package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/dustin/go-humanize"
	"github.com/recon-lang/recon/engine/result"
)

// printer says how reports are printed.
type printer struct {
	format string // text or json
	show   int    // breaks of each list
}

// report prints one report; another says that it is not the first.
func (p printer) report(env environment, r *result.Report, another bool) error {
	if p.format == "json" {
		out := json.NewEncoder(env.out)
		out.SetEscapeHTML(false)
		return out.Encode(r.Run)
	}
	if another {
		fmt.Fprintln(env.out)
	}
	how := cmp.Or(r.Run.Strategy, "not run")
	if c := r.Run.Checksum; c != nil {
		how += fmt.Sprintf(" (%d of %d ranges were the same and not read)", c.Same, c.Ranges)
		switch {
		case c.Refused != "":
			how = fmt.Sprintf("%s (all was read: %s)", r.Run.Strategy, c.Refused)
		case c.Abandoned:
			how = fmt.Sprintf("%s (abandoned: most ranges differ; %d of %d were not read)", r.Run.Strategy, c.Same, c.Ranges)
		}
	}
	if d := r.Run.PushDown; d != nil {
		how += fmt.Sprintf(" (%s keys matched in the database, %s of them were judged again here)", humanize.Comma(d.Matched), humanize.Comma(d.Sampled))
		if d.Refused != "" {
			how = fmt.Sprintf("%s (all was read: %s)", r.Run.Strategy, d.Refused)
		}
	}
	defer fmt.Fprintf(env.err, "run %s, %s, %.2f s\n", r.Run.ID, how, r.Run.Seconds)
	short := *r
	short.Open, short.Pending = first(r.Open, p.show), first(r.Pending, p.show)
	short.Cleared, short.Expired = first(r.Cleared, p.show), first(r.Expired, p.show)
	return result.Text(env.out, &short, style(env.out, env))
}

func first(breaks []result.Break, n int) []result.Break { return breaks[:min(n, len(breaks))] }

// writePage writes the page beside its name and renames it, so that nobody reads half a page.
func writePage(name string, reports []*result.Report) error {
	return writeFile(name, func(w io.Writer) error { return result.HTML(w, reports) })
}

// writeFile writes a new file by way of a temporary one beside it.
func writeFile(name string, write func(io.Writer) error) error {
	f, err := os.CreateTemp(filepath.Dir(name), "."+filepath.Base(name)+"-*")
	if err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	defer os.Remove(f.Name())
	err = write(f)
	if e := f.Chmod(0o644); err == nil {
		err = e
	}
	return place(f, name, err)
}

// place closes a temporary file and, if err does not say that writing it failed, gives it its name.
func place(f *os.File, name string, err error) error {
	if e := f.Close(); err == nil {
		err = e
	}
	if err == nil {
		err = os.Rename(f.Name(), name)
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	return nil
}
