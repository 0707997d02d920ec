package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/recon-lang/recon/lang"
	"github.com/recon-lang/recon/lang/diag"
)

// ruleFiles reads the rule files that paths name: files, and every .recon file below folders.
// No paths means the current folder. Folders whose name starts with a dot, node_modules and
// vendor are not searched. The order is that of the paths' names.
func ruleFiles(paths []string) ([]*diag.File, error) {
	if len(paths) == 0 {
		paths = []string{"."}
	}
	var names []string
	for _, path := range paths {
		found, err := findRuleFiles(path)
		if err != nil {
			return nil, err
		}
		names = append(names, found...)
	}
	slices.Sort(names)
	names = slices.Compact(names)
	files := make([]*diag.File, 0, len(names))
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("read rule file: %w", err)
		}
		files = append(files, &diag.File{Name: name, Text: text})
	}
	return files, nil
}

// opener reads files that are imported. One that was given by another name is the one that was given.
func opener(given []*diag.File) lang.Open {
	return func(name string) (*diag.File, error) {
		info, err := os.Stat(name)
		if err != nil {
			return nil, err
		}
		for _, f := range given {
			if other, err := os.Stat(f.Name); err == nil && os.SameFile(info, other) {
				return f, nil
			}
		}
		text, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		return &diag.File{Name: name, Text: text}, nil
	}
}

func findRuleFiles(path string) ([]string, error) {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("no file or folder %s", path)
	}
	if err != nil {
		return nil, fmt.Errorf("find rule files: %w", err)
	}
	if !info.IsDir() {
		return []string{filepath.Clean(path)}, nil
	}
	var names []string
	err = filepath.WalkDir(path, func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		base := entry.Name()
		if entry.IsDir() {
			if name != path && skipFolder(base) {
				return fs.SkipDir
			}
			return nil
		}
		if filepath.Ext(base) == ".recon" {
			names = append(names, filepath.Clean(name))
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("find rule files: %w", err)
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("no .recon file in %s or below; recon new makes a project to begin with", path)
	}
	return names, nil
}

// skipFolder reports whether a folder of that name, below the one that is given, is not searched for rules.
func skipFolder(name string) bool {
	return strings.HasPrefix(name, ".") && name != "." || name == "node_modules" || name == "vendor"
}

// beside is the folder of the rule files that paths name, where their state and recon.lock are: the innermost one that holds
// them all, so that a command finds the same state whether it is given in the folder of the rules or above it. Without rule
// files it is the current folder.
func beside(paths []string) string {
	if len(paths) == 0 {
		paths = []string{"."}
	}
	common, found := "", false
	for _, path := range paths {
		names, err := findRuleFiles(path)
		if err != nil {
			continue // the command that needs the files says so
		}
		for _, name := range names {
			dir := filepath.Dir(name)
			for found && !below(dir, common) && filepath.Dir(common) != common {
				common = filepath.Dir(common)
			}
			if !found {
				common, found = dir, true
			}
		}
	}
	if !found {
		return "."
	}
	return common
}

// below reports whether dir is root or lies in it. Both are clean.
func below(dir, root string) bool {
	return dir == root || root == "." && !filepath.IsAbs(dir) || strings.HasPrefix(dir, strings.TrimSuffix(root, string(filepath.Separator))+string(filepath.Separator))
}
