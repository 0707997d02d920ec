package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/recon-lang/recon/lang/program"
)

// readSecret reads the text of a secret from the environment or from a file (less one newline
// at its end), and notes it among those that nothing may show. Its errors name the variable or file, never the text.
func readSecret(env environment, s *program.Secret) (string, error) {
	text, err := secretText(env, s)
	if err == nil {
		env.secrets.Add(text)
	}
	return text, err
}

func secretText(env environment, s *program.Secret) (string, error) {
	switch s.From {
	case "env":
		text, ok := env.getenv(s.Arg)
		if !ok {
			return "", fmt.Errorf("secret %s: environment variable %s is not set", s.Name, s.Arg)
		}
		return text, nil
	case "file":
		path := s.Arg
		if !filepath.IsAbs(path) {
			path = filepath.Join(s.Dir, path)
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return "", fmt.Errorf("secret %s: %w", s.Name, err)
		}
		return strings.TrimSuffix(strings.TrimSuffix(string(text), "\n"), "\r"), nil
	}
	panic("secret from " + s.From)
}
