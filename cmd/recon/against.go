package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/recon-lang/recon/lang"
	"github.com/recon-lang/recon/lang/against"
	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/sdk/schema"
)

// revision is a repository at one revision. It is read by the program git, which knows all ways in which one may be kept.
type revision struct {
	ctx    context.Context
	name   string // as given
	commit string
	root   string // the repository's folder, without links
	files  map[string]*diag.File
}

// openRevision finds the repository that holds the folder dir, and the commit that name means there.
func openRevision(ctx context.Context, dir, name string) (*revision, error) {
	if name == "" || strings.HasPrefix(name, "-") {
		return nil, fmt.Errorf("--against %q: name a revision: a branch, a tag, a commit, HEAD~1", name)
	}
	if _, err := exec.LookPath("git"); err != nil {
		return nil, errors.New("--against reads the rules of a revision by the program git, and there is none in PATH")
	}
	v := &revision{ctx: ctx, name: name, files: map[string]*diag.File{}}
	out, err := v.git(dir, "rev-parse", "--show-toplevel")
	if err != nil {
		return nil, fmt.Errorf("--against %s: %s is in no git repository: %w", name, dir, err)
	}
	if v.root, err = resolve(strings.TrimRight(string(out), "\r\n")); err != nil {
		return nil, fmt.Errorf("--against %s: %w", name, err)
	}
	out, err = v.git(v.root, "rev-parse", "--verify", "--quiet", name+"^{commit}")
	if err != nil {
		return nil, fmt.Errorf("--against %s: the repository %s knows no revision of that name; where CI fetches the last commit only, fetch more: git fetch --unshallow", name, v.root)
	}
	v.commit = strings.TrimSpace(string(out))
	return v, nil
}

// git runs git in a folder and gives what it prints. An error has its first line.
func (v *revision) git(dir string, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(v.ctx, "git", append([]string{"-C", dir}, args...)...)
	// In a hook git says by these which repository it means, from the folder that it runs the hook in; here it is that of dir.
	cmd.Env = slices.DeleteFunc(os.Environ(), func(v string) bool {
		name, _, _ := strings.Cut(v, "=")
		return slices.Contains([]string{"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX"}, name)
	})
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		if v.ctx.Err() != nil {
			return nil, v.ctx.Err()
		}
		if line, _, _ := strings.Cut(strings.TrimSpace(errs.String()), "\n"); line != "" {
			return nil, errors.New(strings.TrimPrefix(line, "fatal: "))
		}
		return nil, fmt.Errorf("git %s: %w", args[0], err)
	}
	return out.Bytes(), nil
}

// inside is where a path stands in the repository, with slashes; "." is its root.
func (v *revision) inside(name string) (string, error) {
	full, err := resolve(name)
	if err != nil {
		return "", fmt.Errorf("--against %s: %w", v.name, err)
	}
	rel, err := filepath.Rel(v.root, full)
	if err != nil || !filepath.IsLocal(rel) {
		return "", fmt.Errorf("--against %s: %s is outside of the repository %s", v.name, name, v.root)
	}
	return filepath.ToSlash(rel), nil
}

// resolve is the absolute path of a name, which need not be there, without links.
func resolve(name string) (string, error) {
	full, err := filepath.Abs(name)
	if err != nil {
		return "", err
	}
	real, err := filepath.EvalSymlinks(full)
	if errors.Is(err, fs.ErrNotExist) && filepath.Dir(full) != full {
		parent, err := resolve(filepath.Dir(full))
		return filepath.Join(parent, filepath.Base(full)), err
	}
	return real, err
}

// ruleFiles are the rule files that paths named at the revision, by the names that they would have now.
func (v *revision) ruleFiles(paths []string) ([]*diag.File, error) {
	if len(paths) == 0 {
		paths = []string{"."}
	}
	var files []*diag.File
	for _, given := range paths {
		at, err := v.inside(given)
		if err != nil {
			return nil, err
		}
		args := []string{"ls-tree", "-r", "-z", "--name-only", "--full-tree", v.commit}
		if at != "." {
			args = append(args, "--", at)
		}
		out, err := v.git(v.root, args...)
		if err != nil {
			return nil, fmt.Errorf("--against %s: list the files of then: %w", v.name, err)
		}
		for _, name := range strings.Split(strings.TrimRight(string(out), "\x00"), "\x00") {
			below := strings.TrimPrefix(name, at+"/")
			if at == "." {
				below = name
			}
			if name != at && (path.Ext(name) != ".recon" || unsearched(below)) || name == "" {
				continue
			}
			now := filepath.Clean(given)
			if name != at {
				now = filepath.Join(given, filepath.FromSlash(below))
			}
			f, err := v.file(now, name)
			if err != nil {
				return nil, err
			}
			if !slices.Contains(files, f) {
				files = append(files, f)
			}
		}
	}
	slices.SortFunc(files, func(a, b *diag.File) int { return strings.Compare(a.Name, b.Name) })
	return files, nil
}

// unsearched reports whether a file lies in a folder that is not searched for rules.
func unsearched(name string) bool {
	return slices.ContainsFunc(strings.Split(path.Dir(name), "/"), skipFolder)
}

// file is the file of the revision that stands at a place in the repository; now is what a path to it is here.
func (v *revision) file(now, at string) (*diag.File, error) {
	if f := v.files[at]; f != nil {
		return f, nil
	}
	text, err := v.git(v.root, "cat-file", "blob", v.commit+":"+at)
	if err != nil {
		return nil, fmt.Errorf("--against %s: read %s: %w", v.name, at, err)
	}
	f := &diag.File{Name: now, Text: text}
	v.files[at] = f
	return f, nil
}

// open reads an imported file of the revision.
func (v *revision) open(name string) (*diag.File, error) {
	at, err := v.inside(name)
	if err != nil {
		return nil, err
	}
	out, err := v.git(v.root, "ls-tree", "-z", "--name-only", "--full-tree", v.commit, "--", at)
	if err != nil {
		return nil, err
	}
	if strings.TrimRight(string(out), "\x00") != at {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	return v.file(name, at)
}

// lock is recon.lock at the revision.
func (v *revision) lock(name string) (map[string]schema.Table, error) {
	f, err := v.open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	lock, err := schema.ParseLock(f.Text)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", f.Name, err)
	}
	return lock.Tables, nil
}

// against lists what the rules lose or read otherwise of what the rules of a revision left.
func (p *project) against(ctx context.Context, env environment, paths []string, name string) (diag.List, error) {
	v, err := openRevision(ctx, beside(paths), name)
	if err != nil {
		return nil, err
	}
	files, err := v.ruleFiles(paths)
	if err != nil {
		return nil, err
	}
	switch {
	case len(files) == 0:
		fmt.Fprintf(env.err, "recon: there was no rule file here at %s, so there is nothing to compare with\n", name)
		return nil, nil
	case p.unit.Diags.HasErrors():
		fmt.Fprintf(env.err, "recon: not compared with %s, because the rules have mistakes\n", name)
		return nil, nil
	}
	tables, err := v.lock(lockPath(paths))
	if err != nil {
		return nil, err
	}
	before := lang.CompileAll(files, v.open, p.catalog(tables))
	now := map[*diag.File]*diag.File{} // by that of then
	for _, then := range before.Files {
		f := then.Span.File
		for _, tree := range p.unit.Files {
			if filepath.Clean(tree.Span.File.Name) == filepath.Clean(f.Name) {
				now[f] = tree.Span.File
			}
		}
		f.Name += "@" + name // imports are found by now, and a reader is to see which text is meant
	}
	file := func(f *diag.File) *diag.File { return now[f] }
	sound, list := against.Sound(before.Program, before.Diags, file)
	return append(list, against.Compare(against.Input{Before: sound, Now: p.unit.Program, File: file})...), nil
}
