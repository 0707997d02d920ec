;;; recon-mode.el --- Reconciliation rules in recon  -*- lexical-binding: t; -*-

;; Version: 0.1
;; Package-Requires: ((emacs "27.1"))
;; Keywords: languages

;;; Commentary:

;; A major mode for *.recon files.  The language server does the rest, through eglot (part of Emacs 29; for older ones
;; a package).  In the init file:
;;
;;   (add-to-list 'load-path "/path/to/recon/lsp/editors/emacs")
;;   (require 'recon-mode)
;;   (add-hook 'recon-mode-hook #'eglot-ensure)

;;; Code:

(defgroup recon nil "Reconciliation rules." :group 'languages)

(defcustom recon-command '("recon" "lsp")
  "The program of the language server and its arguments."
  :type '(repeat string))

(defvar recon-mode-syntax-table
  (let ((table (make-syntax-table)))
    (modify-syntax-entry ?# "<" table)
    (modify-syntax-entry ?\n ">" table)
    (modify-syntax-entry ?\" "\"" table)
    (modify-syntax-entry ?' "\"" table)
    (modify-syntax-entry ?_ "_" table)
    (modify-syntax-entry ?| "." table)
    table))

(defconst recon-declarations
  '("recon" "import" "param" "let" "secret" "source" "view" "action" "rule" "template" "moved" "test"))

(defconst recon-statements
  '("use" "columns" "where" "join" "group" "schedule" "window" "trigger" "key" "compare" "drill" "unique" "assert" "warn"
    "fail" "on" "do" "run" "param" "given" "expect"))

;; Keywords are words only where the grammar expects them: at the start of a line, and not before = or in a list of columns.
(defvar recon-font-lock-keywords
  `((,(concat "^" (regexp-opt recon-declarations 'symbols) "\\s-+\\([[:alpha:]_][[:alnum:]_]*\\)?")
     (1 font-lock-keyword-face) (2 font-lock-function-name-face nil t))
    (,(concat "^\\s-+" (regexp-opt recon-statements 'symbols) "\\(?:\\s-+[^=[:space:]]\\|$\\)") 1 font-lock-keyword-face)
    ("\\_<\\(?:between\\|over\\|from\\|within\\|ignoring\\|when\\|as\\|and\\|or\\|not\\|in\\)\\_>" . font-lock-keyword-face)
    ("\\_<\\(?:string\\|integer\\|decimal\\|float\\|boolean\\|date\\|timestamp\\|duration\\|percent\\|enum\\|json\\|bytes\\)\\_>"
     . font-lock-type-face)
    ("\\_<\\(?:true\\|false\\|null\\)\\_>" . font-lock-constant-face)
    ("\\_<[0-9][0-9_.]*\\(?:ms\\|[smhdw%]\\|bp\\|[KMG]B\\)?" . font-lock-constant-face)
    ("^\\s-+\\([[:alpha:]_][[:alnum:]_]*\\)\\s-*=[^=]" 1 font-lock-variable-name-face)))

(defun recon-indent-line ()
  "Indent by two spaces for each open bracket."
  (interactive)
  (let ((depth (save-excursion
                 (back-to-indentation)
                 (- (car (syntax-ppss)) (if (looking-at "[])}]") 1 0)))))
    (save-excursion (indent-line-to (* 2 (max 0 depth))))
    (when (< (current-column) (current-indentation)) (back-to-indentation))))

;;;###autoload
(define-derived-mode recon-mode prog-mode "Recon"
  "Major mode for reconciliation rules."
  (setq-local comment-start "# "
              comment-end ""
              comment-start-skip "#+\\s-*"
              indent-tabs-mode nil
              tab-width 2
              indent-line-function #'recon-indent-line
              electric-indent-chars (append "})]" electric-indent-chars)
              font-lock-defaults '(recon-font-lock-keywords)))

;;;###autoload
(add-to-list 'auto-mode-alist '("\\.recon\\'" . recon-mode))

(defvar eglot-server-programs)
(with-eval-after-load 'eglot
  ;; yasnippet would show a choice between texts as it is written in the protocol.
  (add-to-list 'eglot-server-programs
               (cons 'recon-mode (lambda (&rest _) (append recon-command '(:initializationOptions (:choices :json-false)))))))

(provide 'recon-mode)
;;; recon-mode.el ends here
