package lsp_test

import (
	"os"
	"path/filepath"
	"testing"
)

// Folders come and go while the server runs, and a client may say of some that they do which are none: Neovim 0.7 does.
func TestFoldersComeAndGo(t *testing.T) {
	c := start(t, t.TempDir(), `{}`)
	other := t.TempDir()
	if err := os.WriteFile(filepath.Join(other, "别处🧾.recon"), []byte("recon 1\n\nparam 别处: date = today()\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	folder := map[string]any{"uri": "file://" + other, "name": "别处 🧾"}
	known := func() bool {
		var found []any
		c.call("workspace/symbol", map[string]any{"query": "别处"}, &found)
		return len(found) > 0
	}
	none := []any{[]any{}}
	for range 2 {
		c.notify("workspace/didChangeWorkspaceFolders", map[string]any{"event": map[string]any{"added": []any{folder}, "removed": none}})
		if !known() {
			t.Fatal("what a new folder declares is unknown")
		}
		c.notify("workspace/didChangeWorkspaceFolders", map[string]any{"event": map[string]any{"added": none, "removed": []any{folder}}})
		if known() {
			t.Fatal("what a folder declares that is gone is known")
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.logs) > 0 {
		t.Errorf("logged is %q", c.logs)
	}
}
