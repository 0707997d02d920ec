;;; emacs.el --- What the test has Emacs do with a file  -*- lexical-binding: t; -*-

;; The file is $RECON_FILE; what comes of it goes to $RECON_OUT as JSON.

(require 'json)
;; A part of Emacs since 29; before, Debian's package elpa-eglot, which -Q does not look for.
(dolist (dir (file-expand-wildcards "/usr/share/emacs/site-lisp/elpa/*"))
  (add-to-list 'load-path dir t))
(require 'eglot)
(require 'flymake)

(setq recon-command (list (getenv "RECON_BIN") "lsp")
      jsonrpc-default-request-timeout 60
      flymake-no-changes-timeout 0.1
      eglot-sync-connect 60
      eglot-confirm-server-initiated-edits nil
      eglot-events-buffer-size 0)

(defun test-wait (what f)
  (let ((until (+ (float-time) 60)))
    (while (not (funcall f))
      (when (> (float-time) until) (error "Waited in vain for %s" what))
      (accept-process-output nil 0.05))))

;; What the server does not offer.
(defvar test-missing nil)

(defun test-can (capability)
  (or (plist-get (eglot--capabilities (eglot-current-server)) capability)
      (progn (push (substring (symbol-name capability) 1) test-missing) nil)))

(let ((out nil))
  (find-file (getenv "RECON_FILE"))
  (push (cons 'mode (symbol-name major-mode)) out)
  (push (cons 'version emacs-version) out)
  (apply #'eglot (eglot--guess-contact))
  (test-wait "diagnostics" (lambda () (flymake-start) (flymake-diagnostics)))
  (push (cons 'diagnostics
              (vconcat (mapcar (lambda (d)
                                 `((message . ,(flymake-diagnostic-text d))
                                   (at . ,(buffer-substring-no-properties (flymake-diagnostic-beg d) (flymake-diagnostic-end d)))
                                   (line . ,(line-number-at-pos (flymake-diagnostic-beg d)))))
                               (flymake-diagnostics))))
        out)
  (goto-char (point-min))
  (search-forward "bill.total as")
  (goto-char (- (match-beginning 0) -7))
  (push (cons 'hover (plist-get (plist-get (jsonrpc-request (eglot-current-server) :textDocument/hover
                                                            (eglot--TextDocumentPositionParams))
                                           :contents)
                                :value))
        out)
  (goto-char (point-min))
  (search-forward "orders.am")
  (search-forward "orders.am")
  (when (test-can :completionProvider)
   (let ((capf (eglot-completion-at-point)))
    (push (cons 'completion (vconcat (mapcar #'substring-no-properties (all-completions "" (nth 2 capf))))) out)))
  ;; The quick fix as a user takes it, by eglot-code-actions: it asks which.
  (when (test-can :codeActionProvider)
   (let ((last-nonmenu-event ?\r) ; a key, so that the choice is asked for and not shown as a menu
         (completing-read-function
         (lambda (_prompt collection &rest _)
           (let ((titles (all-completions "" collection)))
             (push (cons 'actions (vconcat titles)) out)
             (car titles)))))
    (cl-letf (((symbol-function 'completing-read) (lambda (&rest args) (apply completing-read-function args))))
      (eglot-code-actions (point) (point) nil t)))
  (test-wait "the quick fix" (lambda () (save-excursion (goto-char (point-min)) (search-forward "orders.amount >" nil t)))))
  (when (test-can :documentFormattingProvider) (eglot-format-buffer))
  (push (cons 'text (buffer-substring-no-properties (point-min) (point-max))) out)
  (push (cons 'missing (vconcat (nreverse test-missing))) out)
  (eglot-shutdown (eglot-current-server))
  (let ((coding-system-for-write 'utf-8)
        (json (json-encode out)))
    (with-temp-file (getenv "RECON_OUT") (insert json))))
;;; emacs.el ends here
