import { useId, useLayoutEffect, useRef } from 'react'

interface DisconnectDialogProps {
  appName: string
  onConfirm: () => void
  onClose: () => void
}

/** Confirms that an app is to be disconnected. It is open as long as it is rendered. */
export function DisconnectDialog({ appName, onConfirm, onClose }: DisconnectDialogProps) {
  const dialog = useRef<HTMLDialogElement>(null)
  const titleId = useId()
  const textId = useId()
  useLayoutEffect(() => {
    const { current } = dialog
    current?.showModal()
    // Closing it gives the focus back to the button that opened it, but only while it is on the page.
    return () => current?.close()
  }, [])
  return (
    <dialog
      ref={dialog}
      className="dialog"
      aria-labelledby={titleId}
      aria-describedby={textId}
      onCancel={onClose}
      onClick={(event) => {
        // Only the backdrop is the dialog itself; everything in it is in the form.
        if (event.target === dialog.current) onClose()
      }}
    >
      <form
        method="dialog"
        onSubmit={(event) => {
          event.preventDefault()
          onConfirm()
        }}
      >
        <h2 id={titleId}>Disconnect {appName}?</h2>
        <p id={textId}>
          It loses access to your account right away. You can connect it again later.
        </p>
        <div className="dialog-actions">
          <button type="button" className="button" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" className="button" data-tone="danger">
            Disconnect
          </button>
        </div>
      </form>
    </dialog>
  )
}
