package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// duckPython makes a virtual environment with DuckDB, and gives its interpreter.
func duckPython(work string) (string, error) {
	python := filepath.Join(work, "venv", "bin", "python")
	if _, err := os.Stat(python); err == nil {
		return python, nil
	}
	for _, argv := range [][]string{
		{"python3", "-m", "venv", filepath.Join(work, "venv")},
		{python, "-m", "pip", "install", "-q", "duckdb==" + duckVersion},
	} {
		if text, err := exec.Command(argv[0], argv[1:]...).CombinedOutput(); err != nil {
			return "", fmt.Errorf("%s: %w\n%s", strings.Join(argv, " "), err, text)
		}
	}
	return python, nil
}

// csvdiff builds csvdiff, and gives its program. It holds both files in memory, so it is measured on the smallest case only.
func csvdiff(work string) (string, error) {
	program := filepath.Join(work, "csvdiff")
	if _, err := os.Stat(program); err == nil {
		return program, nil
	}
	dir := filepath.Join(work, "csvdiff-build")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", err
	}
	const path = "github.com/aswinkarthik/csvdiff"
	for name, text := range map[string]string{
		"go.mod":   "module build\n\ngo 1.21\n\nrequire " + path + " " + csvdiffVersion + "\n",
		"tools.go": "//go:build tools\n\npackage build\n\nimport _ \"" + path + "\"\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			return "", err
		}
	}
	for _, argv := range [][]string{{"go", "mod", "tidy"}, {"go", "build", "-o", program, path}} {
		cmd := exec.Command(argv[0], argv[1:]...)
		cmd.Dir, cmd.Env = dir, append(os.Environ(), "GOFLAGS=-mod=mod", "GOWORK=off")
		if text, err := cmd.CombinedOutput(); err != nil {
			return "", fmt.Errorf("%s: %w\n%s", strings.Join(argv, " "), err, text)
		}
	}
	return program, nil
}
