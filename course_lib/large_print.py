"""Large print, for a lecture hall: whether it is on, and how explorers and questions then look.

`lecture_mode` of `course_lib.explorers` turns it on; so does COURSE_LECTURE=1 in the environment, before the start.
"""

import os

on = os.environ.get("COURSE_LECTURE") == "1"

# What the page's own bars take of its height, if the page does not say otherwise.
BARS = "112px"

# Letters, knobs and rows grow with the screen. An explorer is never higher than the page: its picture takes what its
# controls and its caption leave. Where there are many controls, they stand beside the picture ("beside").
STYLE = f"""<style>
.large-print {{
  --jp-widgets-font-size: clamp(16px, 2.4vh, 26px);
  --jp-widgets-inline-height: clamp(28px, 4.2vh, 46px);
  --jp-widgets-inline-label-width: auto;
  --jp-widgets-slider-handle-size: clamp(18px, 2.8vh, 28px);
  --jp-widgets-slider-track-thickness: 6px;
}}
.large-print p {{ font-size: var(--jp-widgets-font-size); line-height: 1.3 !important; }}
.large-print .widget-readout {{
  flex-shrink: 0; width: max-content !important; max-width: none !important;
  min-width: calc(4.3 * var(--jp-widgets-font-size)) !important; }}
.large-print .slider-container {{ flex: 1 1 64px !important; min-width: 64px !important; }}
.large-print.question {{ max-width: none !important; }}
.large-print.explorer {{ max-height: calc(100vh - var(--course-bars, {BARS})); width: 100%; }}
.large-print.explorer > * {{ max-width: 100% !important; flex-shrink: 0; }}
.large-print.explorer > .picture {{
  display: flex; flex-direction: column; flex: 0 1 auto; min-height: 0; overflow: hidden !important; }}
.large-print.explorer > .picture > img {{
  flex: 0 1 auto; min-width: 0 !important; min-height: 0; object-fit: contain; object-position: left top; }}
.large-print.explorer > .widget-box > .widget-inline-hbox {{
  min-width: calc(16.5 * var(--jp-widgets-font-size)) !important;
  max-width: calc(32 * var(--jp-widgets-font-size)) !important;
  margin-top: 0 !important; margin-bottom: 0 !important; }}
.large-print.explorer > .widget-box > .widget-checkbox {{
  min-width: max-content !important; flex: 1 1 calc(8 * var(--jp-widgets-font-size)) !important; }}
.large-print.beside {{
  display: grid !important; column-gap: 12px;
  grid-template: "inputs picture" minmax(0, 1fr) "presses caption" auto / 24vw minmax(0, 1fr); }}
.large-print.beside > .inputs {{ grid-area: inputs; align-content: flex-start; }}
.large-print.beside > .inputs > :not(.widget-checkbox) {{ flex: 1 1 100% !important; }}
.large-print.beside > .presses {{ grid-area: presses; align-content: flex-start; }}
.large-print.beside > .picture {{ grid-area: picture; }}
.large-print.beside > .caption {{ grid-area: caption; }}
</style>"""
