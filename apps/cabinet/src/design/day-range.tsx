/** A calendar for a period of one's own: fetched when it is opened. */
import '@mantine/core/styles/Input.css';
import '@mantine/dates/styles.css';
import 'dayjs/locale/ru';
import { DatePicker, DatesProvider } from '@mantine/dates';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

export interface DayRangeProps {
  readonly from: string | null;
  readonly to: string | null;
  readonly onChange: (from: string | null, to: string | null) => void;
}

export default function DayRange({ from, to, onChange }: DayRangeProps) {
  const { i18n } = useTranslation();
  const [days, setDays] = useState<[string | null, string | null]>([from, to]);
  return (
    <DatesProvider settings={{ locale: i18n.language, firstDayOfWeek: 1 }}>
      <DatePicker
        type="range"
        allowSingleDateInRange
        value={days}
        onChange={next => {
          setDays(next);
          if (next[0] && next[1]) onChange(next[0], next[1]);
        }}
      />
    </DatesProvider>
  );
}
