import { ActionIcon, Button, Popover, Progress } from '@mantine/core';
import { IconBell, IconCircleCheck, IconCircleX, IconDownload, IconX } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Job } from '../api/words.ts';
import { useZone } from '../app/session.ts';
import { bytes, count, dateTime } from '../format/index.ts';
import { isOver } from './job-list.ts';
import { dropJob, fileOf, useJobs } from './jobs.ts';
import css from './jobs-bell.module.css';
import { toast } from './toasts.tsx';

/** Long work reports here, whatever page is open. */
export function JobsBell() {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const jobs = useJobs(job => {
    if (job.state === 'done') toast({ tone: 'good', text: t('jobs.ready', { name: job.fileName ?? '' }) });
    if (job.state === 'failed') toast({ tone: 'bad', text: t('jobs.failedText') });
  });
  const running = jobs.filter(job => !isOver(job)).length;
  return (
    <Popover opened={open} onChange={setOpen} position="bottom-end" width={360} trapFocus returnFocus>
      <Popover.Target>
        <ActionIcon
          size="lg"
          className={css.bell}
          data-running={running > 0 || undefined}
          aria-label={running > 0 ? t('jobs.running', { count: running }) : t('jobs.title')}
          onClick={() => setOpen(!open)}
        >
          <IconBell size={19} />
          {running > 0 && <span className={css.badge}>{running}</span>}
        </ActionIcon>
      </Popover.Target>
      <Popover.Dropdown className={css.list}>
        <h2>{t('jobs.title')}</h2>
        {jobs.length === 0 && <p className={css.soft}>{t('jobs.none')}</p>}
        <ul>
          {jobs.slice(0, 20).map(job => (
            <JobRow key={job.id} job={job} />
          ))}
        </ul>
      </Popover.Dropdown>
    </Popover>
  );
}

function JobRow({ job }: { readonly job: Job }) {
  const { t, i18n } = useTranslation();
  const zone = useZone();
  const client = useQueryClient();
  const name = job.fileName ?? t('jobs.export');
  const rows = t('jobs.rows', { count: job.rows, shown: count(job.rows, i18n.language) });
  const size = job.size === null ? '' : ` · ${bytes(job.size, i18n.language)}`;
  return (
    <li className={css.job}>
      <div className={css.name}>
        {job.state === 'done' && <IconCircleCheck size={17} className={css.good} aria-hidden />}
        {(job.state === 'failed' || job.state === 'cancelled') && (
          <IconCircleX size={17} className={css.bad} aria-hidden />
        )}
        <strong title={name}>{name}</strong>
        <ActionIcon
          size="sm"
          aria-label={isOver(job) ? t('jobs.forget', { name }) : t('jobs.cancel', { name })}
          onClick={() => void dropJob(client, job)}
        >
          <IconX size={14} />
        </ActionIcon>
      </div>
      {!isOver(job) && <Progress value={job.progress * 100} size="sm" aria-label={name} />}
      <div className={css.foot}>
        <span className={css.soft}>
          {job.state === 'failed' ? (job.failure ?? t('jobs.state.failed')) : t(`jobs.state.${job.state}`)} ·{' '}
          {rows}
          {size} · {dateTime(job.createdAt, zone)}
        </span>
        {job.state === 'done' && (
          <Button
            component="a"
            href={fileOf(job)}
            download={job.fileName ?? true}
            size="compact-sm"
            variant="light"
            leftSection={<IconDownload size={15} />}
          >
            {t('jobs.download')}
          </Button>
        )}
      </div>
    </li>
  );
}
