//go:build unix

package wire

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// folderPrefix begins the names of folders for sockets; the number of the host's process follows.
const folderPrefix = "recon-plugin-"

// maxFolderBase is how long the folder of temporary files may be: the path of a socket has room for some
// 100 bytes, and ours adds 40.
const maxFolderBase = 60

func folderBase() string {
	if base := os.TempDir(); len(base) <= maxFolderBase {
		return base
	}
	return "/tmp"
}

// NewFolder makes a folder for the sockets of one plugin, which nobody else can look into.
func NewFolder() (string, error) {
	dir, err := os.MkdirTemp(folderBase(), folderPrefix+strconv.Itoa(os.Getpid())+"-")
	if err != nil {
		return "", fmt.Errorf("make a folder for sockets: %w", err)
	}
	return dir, nil
}

// SweepFolders removes the folders that killed hosts have left: ours, of processes that are no more.
func SweepFolders() {
	dirs, err := filepath.Glob(filepath.Join(folderBase(), folderPrefix+"*-*"))
	if err != nil {
		return
	}
	for _, dir := range dirs {
		number, _, _ := strings.Cut(strings.TrimPrefix(filepath.Base(dir), folderPrefix), "-")
		pid, err := strconv.Atoi(number)
		if err != nil || pid <= 0 || !errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) {
			continue
		}
		info, err := os.Lstat(dir)
		if err != nil || !info.IsDir() {
			continue
		}
		if owner, ok := info.Sys().(*syscall.Stat_t); ok && int(owner.Uid) == os.Getuid() {
			_ = os.RemoveAll(dir)
		}
	}
}
