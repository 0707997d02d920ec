package editors_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// A rule is written into an empty file of Emacs by completion-at-point, each word with its first letters: it is the one that is wanted once it is laid
// out, and recon check has nothing to say about it.
func TestEmacsWritesRule(t *testing.T) {
	need(t, "emacs", "apt-get install emacs-nox elpa-eglot")
	want, err := os.ReadFile("testdata/walk.recon")
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "新 😀.recon")
	a := run(t, []string{"RECON_FILE=" + file}, "emacs", "-Q", "--batch", "-l", "emacs/recon-mode.el", "-l", "testdata/walk.el")
	if a.Text != string(want) {
		t.Errorf("Emacs wrote\n%s", a.Text)
	}
	if a.Taken < 56 {
		t.Errorf("only %d words were completed", a.Taken)
	}
	if err := os.WriteFile(file, []byte(a.Text), 0o644); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(program, "check", file).CombinedOutput(); err != nil {
		t.Errorf("recon check: %v\n%s", err, out)
	}
}
