/** How far something is, from 0 to 1. */
export function ProgressBar({ share, label, className = "" }: { share: number; label: string; className?: string }) {
  const percent = Math.round(Math.min(1, Math.max(0, share)) * 100);
  return (
    <div
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={percent}
      className={`h-1.5 overflow-hidden rounded-full bg-sunken ${className}`}
    >
      <div
        className="h-full rounded-full bg-glow transition-[width] duration-500 ease-out"
        style={{ width: `${Math.max(percent, 2)}%` }}
      />
    </div>
  );
}
