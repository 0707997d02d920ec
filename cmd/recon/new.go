package main

import (
	"embed"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"
)

// skeleton is the project that new makes, below the folder project. Tests of this package check, format, test and run it.
//
//go:embed project/payments.recon project/README.md project/data project/.gitignore project/.github
var skeleton embed.FS

// skeletonFiles are the files of the skeleton in the order in which a reader needs them, and what each is.
var skeletonFiles = []struct{ name, says string }{
	{"payments.recon", "the rule, with tests: what must agree; begin here"},
	{"README.md", "what to try, and how to make it yours"},
	{"data/orders-2026-03-02.csv", "what a shop sold, one file a day"},
	{"data/orders-2026-03-03.csv", "the next day"},
	{"data/bank-2026-03-02.csv", "what its bank booked"},
	{"data/bank-2026-03-03.csv", "the next day"},
	{".gitignore", "keeps the state out of git"},
	{".github/workflows/recon.yml", "checks each change, and runs the rule every morning"},
}

func newNew(env environment) *cobra.Command {
	return &cobra.Command{
		Use:   "new [DIR]",
		Short: "make a project that runs at once",
		Long: `new makes a small project in a folder, by default the current one: a rule file whose comments explain it, two days of
data, tests, a README, a .gitignore and a workflow for CI. It checks, tests and runs as it is, and finds a few
differences; change it into your own.

The folder is made if there is none. No file is overwritten: if one of the names is taken, nothing is written.`,
		Example: "  recon new shop\n  cd shop && recon run",
		Args:    takes(cobra.MaximumNArgs(1)),
		RunE: func(_ *cobra.Command, args []string) error {
			dir := "."
			if len(args) == 1 {
				dir = filepath.Clean(args[0])
			}
			if err := makeProject(dir); err != nil {
				return err
			}
			return sayMade(env, dir)
		},
	}
}

// makeProject writes the skeleton into dir, which it makes. It writes all of it or nothing.
func makeProject(dir string) (err error) {
	for up := dir; ; up = filepath.Dir(up) {
		if info, err := os.Stat(up); err == nil && !info.IsDir() {
			return fmt.Errorf("make a project: %s is a file, not a folder", up)
		}
		if up == filepath.Dir(up) {
			break
		}
	}
	var taken []string
	for _, f := range skeletonFiles {
		if name := inTheWay(dir, f.name); name != "" && !slices.Contains(taken, name) {
			taken = append(taken, name)
		}
	}
	if len(taken) > 0 {
		return fmt.Errorf("make a project in %s: there is %s already, and nothing is overwritten; name another folder: recon new %s",
			dir, strings.Join(taken, ", "), shellWord(filepath.Join(dir, "shop")))
	}
	var made []string // in order
	defer func() {
		if err != nil {
			for i := len(made) - 1; i >= 0; i-- {
				os.Remove(made[i])
			}
		}
	}()
	for _, f := range skeletonFiles {
		text, err := skeleton.ReadFile(path.Join("project", f.name))
		if err != nil {
			return fmt.Errorf("make a project: %w", err)
		}
		name := filepath.Join(dir, filepath.FromSlash(f.name))
		folders, err := makeFolders(filepath.Dir(name))
		made = append(made, folders...)
		if err != nil {
			return fmt.Errorf("make a project: %w", err)
		}
		if err := writeNew(name, text); err != nil {
			return fmt.Errorf("make a project: %w", err)
		}
		made = append(made, name)
	}
	return nil
}

// inTheWay is what stands in dir where the file of this name is to be, or a folder above it; "" if nothing does.
func inTheWay(dir, name string) string {
	parts := strings.Split(name, "/")
	for i := range parts {
		part := filepath.Join(parts[:i+1]...)
		info, err := os.Lstat(filepath.Join(dir, part))
		if err != nil {
			return "" // not there; what else it is, writing says
		}
		if i == len(parts)-1 || !info.IsDir() {
			return part
		}
	}
	return ""
}

// makeFolders makes a folder and those above it, and gives those that were not there, outermost first.
func makeFolders(dir string) (made []string, err error) {
	if info, err := os.Stat(dir); err == nil && info.IsDir() {
		return nil, nil
	}
	if up := filepath.Dir(dir); up != dir {
		if made, err = makeFolders(up); err != nil {
			return made, err
		}
	}
	if err := os.Mkdir(dir, 0o755); err != nil {
		return made, err
	}
	return append(made, dir), nil
}

// writeNew writes a file that is not there yet; what it began it removes.
func writeNew(name string, text []byte) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	if e := f.Close(); err == nil {
		err = e
	}
	if err != nil {
		os.Remove(name)
	}
	return err
}

// sayMade prints what was made, and what to type next.
func sayMade(env environment, dir string) error {
	var out strings.Builder
	fmt.Fprintf(&out, "made a project in %s\n\n", dir)
	width := 0
	for _, f := range skeletonFiles {
		width = max(width, utf8.RuneCountInString(f.name))
	}
	for _, f := range skeletonFiles {
		fmt.Fprintln(&out, strings.TrimRight(fmt.Sprintf("  %-*s   %s", width, f.name, f.says), " "))
	}
	fmt.Fprint(&out, "\ntype next\n\n")
	if dir != "." {
		fmt.Fprintf(&out, "  cd %s\n", shellWord(dir))
	}
	fmt.Fprint(&out, `  recon check --strict                 the rule is valid
  recon test                           and does what its tests say
  recon run                            2 matched, 1 mismatch, 1 missing, 1 pending
  recon explain daily_payments B1003   why this one differs
`)
	_, err := env.out.Write([]byte(out.String()))
	return err
}

// shellWord is text as a shell takes it for one word.
func shellWord(text string) string {
	if strings.HasPrefix(text, "-") {
		text = "./" + text
	}
	if strings.Trim(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-./:+,@") == "" {
		return text
	}
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}
